using PlatformGitOps.Generator.Flux.Kustomize;
using PlatformGitOps.Generator.Lint;

namespace PlatformGitOps.Generator.Definition.Rules;

/// <summary>Checks the settings of lint.</summary>
[RuleIds]
internal static class LintSettingsRules
{
    public const string RuleForm = "lint-rule-form";
    public const string RuleUnknown = "lint-rule-unknown";

    public static void Check(Platform platform, SectionReader at)
    {
        var settings = platform.Lint;
        foreach (var rule in settings.Ignore.Select(entry => entry.Rule).Concat(settings.Severities.Keys).Distinct()
            .Where(rule => RuleIgnored.Name().IsMatch(rule) && !LintRules.IsKnown(rule)).Order(StringComparer.Ordinal))
        {
            var near = Suggestion.For(rule, LintRules.About.Keys.Concat(KustomizeRules.About.Keys).Concat(WarningRules.All));
            at.Report(RuleUnknown, LintSettings.Key, $"lint has no rule '{rule}'.",
                near is null ? $"{Docs.Page("lint.md")} lists the rules." : $"Did you mean {near}?");
        }
    }
}
