namespace PlatformGitOps.Generator.Definition;

/// <summary>The definition's settings of <c>lint</c>: ignored findings, and severities of rules.</summary>
public sealed record LintSettings
{
    public const string Key = "lint";
    public const string IgnoreKey = "ignore";

    public static readonly LintSettings None = new();

    private static readonly Words<Severity> Levels = new(("error", Severity.Error), ("warning", Severity.Warning), ("note", Severity.Note));

    private static readonly TextShape<string> RuleName = Forms.Matching("variable-unused", RuleIgnored.Name(), new Fault(
        LintSettingsRules.RuleForm, "is not the name of a rule", "Write it as lint prints it, such as variable-unused."));

    public ImmutableArray<RuleIgnored> Ignore { get; init; } = [];

    public ImmutableDictionary<string, Severity> Severities { get; init; } = ImmutableDictionary<string, Severity>.Empty;

    internal static LintSettings Bind(Section section) => new()
    {
        Ignore = section.MappingList(IgnoreKey, "Findings that are kept back. An entry that keeps nothing back is a finding.", 200, entry =>
            new RuleIgnored(
                entry.Required("rule", RuleName, "The rule, as lint prints it."),
                entry.Optional("path", Forms.Line with { Example = "kubernetes/overlays/**" },
                    "The files: * is any text without '/', ** any text.", absent: "every file"),
                entry.Required("reason", Forms.Line with { Example = "The operator creates it." }, "Why it is right as it is."))),
        Severities = section.Keyed("severity", "How much the findings of a rule weigh; only errors end with exit code 1.",
                ("rule", RuleName), (rules, rule) => rules.Required(rule, Levels, "error, warning or note."))
            .ToImmutableDictionary(pair => pair.Key, pair => pair.Value),
    };

    /// <summary>The finding with the severity that the definition gives to its rule.</summary>
    public Finding Weighed(Finding finding) =>
        Severities.TryGetValue(finding.Rule, out var severity) && finding.Rule != Finding.InternalError
            ? finding with { Severity = severity } : finding;
}

/// <summary>Ignored findings of one rule.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Path">The files, from the root of the repository; null for all.</param>
/// <param name="Reason">For people.</param>
public sealed partial record RuleIgnored(string Rule, string? Path, string Reason)
{
    /// <summary>Returns whether a finding is ignored.</summary>
    public Func<Finding, bool> Matcher()
    {
        var files = Path is null ? null : Pattern(Path);
        return finding => finding.Rule == Rule && Rule != Finding.InternalError && files?.IsMatch(finding.File) != false;
    }

    private static Regex Pattern(string path) => new(
        @"\A" + Regex.Escape(path).Replace(@"\*\*", ".*")
            .Replace(@"\*", "[^/]*").Replace(@"\?", "[^/]") + @"\z",
        RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    [GeneratedRegex("^[a-z0-9]+(-[a-z0-9]+)*$")]
    internal static partial Regex Name();
}
