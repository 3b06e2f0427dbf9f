using System.CommandLine;
using System.CommandLine.Completions;
using PlatformGitOps.Generator.Flux.Kustomize;
using PlatformGitOps.Generator.Lint;

namespace PlatformGitOps.Generator.Commands;

/// <summary><c>explain</c>: describes the rule of a finding.</summary>
internal static partial class ExplainCommand
{
    /// <summary>The rules of the definition with their texts, from docs/definition.md.</summary>
    private static readonly Lazy<IReadOnlyDictionary<string, string>> OfTheDefinition =
        new(() => ReadRows("definition.md", "\n## Rules\n", columns: 2));

    /// <summary>The rules of the definition that only warn.</summary>
    private static readonly Lazy<IReadOnlyDictionary<string, string>> Warnings =
        new(() => ReadRows("definition.md", "\n### Warnings\n", columns: 2, end: "\n### "));

    /// <summary>The rules of commands that document them on their own page.</summary>
    private static readonly (string Page, string Command, Lazy<IReadOnlyDictionary<string, string>> Rules)[] OfCommands =
    [
        ("ownership.md", "generate, check, plan and versions",
            new(() => ReadRows("ownership.md", "\n## Rules about the tree\n", columns: 2))),
        ("backup.md", "restore", new(() => ReadRows("backup.md", "\n## What `restore` says\n", columns: 3))),
        ("takeover.md", "takeover", new(() => ReadRows("takeover.md", "\n## What the check reports\n", columns: 3))),
    ];

    /// <summary>All rules that this command can explain.</summary>
    public static IEnumerable<string> Rules =>
        OfTheDefinition.Value.Keys.Concat(LintRules.About.Keys).Concat(KustomizeRules.About.Keys)
            .Concat(OfCommands.SelectMany(command => command.Rules.Value.Keys)).Distinct().Order(StringComparer.Ordinal);

    public static Command Create()
    {
        var rule = new Argument<string>("rule") { Description = "The rule, as a finding names it.", HelpName = "rule" };
        rule.CompletionSources.Add(_ => Rules.Select(name => new CompletionItem(name)));
        var command = new Command("explain", "Says what a rule is about.") { rule };
        command.SetAction(result =>
            Run(result.GetValue(rule)!, result.InvocationConfiguration.Output, result.InvocationConfiguration.Error));
        return command;
    }

    private static int Run(string rule, TextWriter output, TextWriter error)
    {
        var definition = OfTheDefinition.Value.GetValueOrDefault(rule);
        var lint = LintRules.About.GetValueOrDefault(rule) ?? KustomizeRules.About.GetValueOrDefault(rule);
        var page = OfCommands.FirstOrDefault(command => command.Rules.Value.ContainsKey(rule));
        if (definition is null && lint is null && page.Page is null)
        {
            var near = Suggestion.For(rule, Rules);
            error.WriteLine($"'{Printable.Of(rule)}' is not a rule."
                + (near is null ? $" {Docs.Page("definition.md")} and {Docs.Page("lint.md")} list them." : $" Did you mean '{near}'?"));
            return ExitCode.Unusable;
        }

        if (definition is not null)
        {
            output.WriteLine($"{rule}, a rule of platform.yaml ({Docs.Page("definition.md")})");
            output.WriteLine($"  {(Warnings.Value.ContainsKey(rule) ? "Warned of" : "Refused")}: {definition}");
        }

        if (lint is not null)
        {
            output.WriteLine($"{rule}, a rule of lint ({Docs.Page("lint.md")})");
            output.WriteLine($"  {lint}");
        }

        if (page.Page is not null)
        {
            output.WriteLine($"{rule}, a rule of {page.Command} ({Docs.Page(page.Page)})");
            output.WriteLine($"  {page.Rules.Value[rule]}");
        }

        return ExitCode.Success;
    }

    /// <summary>
    /// The rules in the tables from a heading of a page to the text <paramref name="end"/>, or to the page's end. Of three columns the
    /// longer one is the text.
    /// </summary>
    private static Dictionary<string, string> ReadRows(string page, string heading, int columns, string? end = null)
    {
        var rules = new Dictionary<string, string>(StringComparer.Ordinal);
        var below = DataFile.Text($"Docs.{page}").Split(heading)[1];
        foreach (Match row in Row().Matches(end is null ? below : below.Split(end)[0]))
        {
            var text = columns == 2 ? row.Groups[2].Value : row.Groups[2].Value.Split(" | ").MaxBy(cell => cell.Length)!;
            foreach (var rule in row.Groups[1].Value.Split(", "))
            {
                rules[rule.Trim('`')] = text.Replace("\\|", "|");
            }
        }

        return rules;
    }

    [GeneratedRegex(@"^\| (`[a-z0-9-]+`(?:, `[a-z0-9-]+`)*) \| (.+?) \|$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
