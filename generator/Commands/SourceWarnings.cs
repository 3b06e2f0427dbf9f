using PlatformGitOps.Generator.Git;
using PlatformGitOps.Generator.Lint;

namespace PlatformGitOps.Generator.Commands;

/// <summary>Sources that Flux most likely cannot read: an unknown branch, and two mistakes with charts in a private registry.</summary>
internal static class SourceWarnings
{
    public static IEnumerable<Finding> Of(CommandContext context, PlatformReading.Valid definition) =>
        Branches(context, definition).Concat(definition.Platform.Charts.OrderBy(chart => chart.Key, StringComparer.Ordinal)
            .SelectMany(chart => Secrets(context, definition, chart.Key).Concat(Urls(context, definition.Root, chart.Key, chart.Value))));

    /// <summary>The definition's repository if all of its branches are known here; else null.</summary>
    public static GitFolder? KnownBranches(CommandContext context, Platform platform) =>
        GitFolder.Of(context.Root) is { IsWhole: true, Branches.IsEmpty: false } git
            && (git.Urls.IsEmpty || git.Urls.Any(url => GitFolder.IsSame(url, platform.Repository.Url))) ? git : null;

    /// <summary>
    /// A branch that Flux follows and git does not know. Reported only if all branches of the definition's repository are known here.
    /// </summary>
    private static IEnumerable<Finding> Branches(CommandContext context, PlatformReading.Valid definition)
    {
        var platform = definition.Platform;
        if (platform.Repository.Kind != SourceKind.Git || KnownBranches(context, platform) is not { } git)
        {
            yield break;
        }

        foreach (var branch in platform.Clusters.Select(cluster => platform.For(cluster).Repository.Branch).OfType<string>().Distinct()
            .Where(branch => !git.Branches.Contains(branch)))
        {
            var own = git.Branch ?? git.Branches[0];
            var place = DefinitionWarnings.FindValue(definition.Root, value => value == branch, "repository", "branch");
            var isWritten = place != Position.None;
            yield return DefinitionWarnings.Warning(WarningRules.RepositoryBranch, Path.GetFileName(context.DefinitionPath),
                isWritten ? place : definition.Root.PositionOf("repository"),
                $"Flux follows the branch '{branch}', and git does not know it here: it knows "
                    + $"{Printable.Of(string.Join(", ", git.Branches.Take(5)))}{(git.Branches.Count > 5 ? " and others" : "")}.",
                $"Write 'branch: {Printable.Of(own)}' {(isWritten ? "there" : "below 'repository'")}, or make the branch and push it.");
        }
    }

    /// <summary>One Secret for versions of which some are in an OCI registry and others in an HTTP repository.</summary>
    private static IEnumerable<Finding> Secrets(CommandContext context, PlatformReading.Valid definition, string key)
    {
        var platform = definition.Platform;
        var pins = platform.Clusters.Select(cluster => platform.For(cluster).Charts[key]).ToLookup(pin => pin.Source);
        if (platform.Charts[key].Access.Credentials is not { } secret
            || !pins.Contains(ChartSource.Oci) || !pins.Contains(ChartSource.Http))
        {
            yield break;
        }

        yield return DefinitionWarnings.Warning(WarningRules.SecretOfTwo, Path.GetFileName(context.DefinitionPath),
            definition.Root.At("charts", key, "secretName")?.Position ?? Position.None,
            $"The Secret '{secret}' of charts.{key} is for two kinds of source: a registry ({Versions(ChartSource.Oci)}), for which it has "
                + $"a docker config, and an HTTP repository ({Versions(ChartSource.Http)}), for which it has username and password.",
            "Write 'source' or 'url' beside it, so that all versions come from one kind. Where the Secret has the keys of both, keep this "
                + "warning back (lint.ignore).");

        string Versions(ChartSource source) => string.Join(", ", pins[source].Select(pin => pin.Version).Distinct().Order());
    }

    /// <summary>The most likely mistake with a mirror: in a registry the chart's name is part of the address.</summary>
    private static IEnumerable<Finding> Urls(CommandContext context, Mapping definition, string key, ChartPin pin)
    {
        if (pin.Source == ChartSource.Oci && definition.At("charts", key, "url") is Scalar url
            && Last(pin.Url) is var last && Name(key) is var name && !last.Contains(name))
        {
            yield return DefinitionWarnings.Warning(WarningRules.ChartUrl, Path.GetFileName(context.DefinitionPath), url.Position,
                $"The address of charts.{key} ends in '{Printable.Of(last)}', and Flux asks the registry for an artifact of that name.",
                $"Write the chart's name behind it: {Printable.Of(pin.Url.TrimEnd('/'))}/{name}.");
        }

        static string Last(string address) => address.TrimEnd('/').Split('/')[^1];

        static string Name(string key) => Last(Apps.AppList.All.Select(app => app.Chart).OfType<Apps.AppChart>()
            .Single(chart => chart.Key == key).Publisher.OciUrl);
    }
}
