namespace PlatformGitOps.Generator.Versions;

/// <summary>A known fault of a program or a chart.</summary>
public sealed record KnownFault
{
    /// <summary>A product whose faults also affect every product that contains it.</summary>
    public const string CoreDns = "CoreDNS";

    /// <summary>A CVE number, or an issue of the product's repository.</summary>
    public required string Id { get; init; }

    /// <summary>The name of a <see cref="KnownProduct"/>.</summary>
    public required string Product { get; init; }

    /// <summary>The first version with the fault; null if all older ones have it.</summary>
    public SemVer? From { get; init; }

    /// <summary>The first fixed versions, one for each fixed minor version; empty if none is known.</summary>
    public ImmutableArray<SemVer> FixedIn { get; init; } = [];

    /// <summary>Features that must all be in use.</summary>
    public ImmutableArray<string> All { get; init; } = [];

    /// <summary>Features of which one must be in use; empty if none is needed.</summary>
    public ImmutableArray<string> Any { get; init; } = [];

    /// <summary>A condition that the definition does not show; null for none.</summary>
    public string? Only { get; init; }

    /// <summary>The effect of the fault.</summary>
    public required string What { get; init; }

    /// <summary>The page that describes the fault.</summary>
    public required Uri Source { get; init; }

    /// <summary>The features that a deployment must use to be affected.</summary>
    public string Needs => string.Join(" and ", Any.IsEmpty ? All : All.Add(string.Join(" or ", Any)));

    /// <summary>The fixed versions, in a phrase.</summary>
    public string Fix => FixedIn.IsEmpty ? "no version with a fix is known" : $"fixed in {Product} {string.Join(", ", FixedIn)}";

    /// <summary>
    /// True for a version without the fix: its own minor version has no fix up to it, and it is older than the newest fixed version.
    /// </summary>
    public bool IsIn(SemVer version) => (From is null || version >= From) && (FixedIn.IsEmpty || (version < FixedIn.Max()!
        && !FixedIn.Any(last => (last.Major, last.Minor) == (version.Major, version.Minor) && version >= last)));

    /// <summary>True if a deployment with these plugins, transports or objects is affected.</summary>
    public bool Affects(IReadOnlySet<string> used) => All.All(used.Contains) && (Any.IsEmpty || Any.Any(used.Contains));

    internal static KnownFault Read(Mapping data) => new()
    {
        Id = data.TextAt("id")!,
        Product = data.TextAt("product")!,
        From = data.TextAt("from") is { } from ? SemVer.Parse(from) : null,
        FixedIn = [.. Texts(data, "fixedIn").Select(SemVer.Parse)],
        All = Texts(data, "all"),
        Any = Texts(data, "any"),
        Only = data.TextAt("only"),
        What = data.TextAt("what")!,
        Source = new Uri(data.TextAt("source")!),
    };

    /// <summary>A list of texts, or a single one.</summary>
    private static ImmutableArray<string> Texts(Mapping data, string name) => data.TextAt(name) is { } one ? [one]
        : [.. data.ItemsAt(name).OfType<Scalar>().Select(item => item.Value)];
}

/// <summary>A known fault that the definition accepts until a date; afterwards <c>versions</c> reports it again.</summary>
/// <param name="Id">The id that <c>versions</c> prints.</param>
/// <param name="Reason">Why it is accepted.</param>
/// <param name="Until">The last day.</param>
public sealed partial record AcceptedFault(string Id, string Reason, DateOnly Until)
{
    private static readonly TextShape<string> IdForm = Forms.Matching("CVE-2026-26018", Identifier(), new Fault(AcceptedRules.IdForm,
        "is not the id of a fault", "Write it as `versions` prints it, such as CVE-2026-26018 or coredns#6898."));

    private static readonly TextShape<DateOnly> Day = new("2027-03-31", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
        (string text, out Fault? fault) =>
        {
            fault = DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? null
                : new Fault(AcceptedRules.DateForm, "is not a day such as 2027-03-31", "Write year, month and day.");
            return day;
        });

    internal static AcceptedFault Bind(Section section) => new(
        section.Required("id", IdForm, "The fault, as `versions` prints it."),
        section.Required("reason", Forms.Line with { Example = "Only pods of the cluster can ask CoreDNS." }, "Why it is accepted."),
        section.Required("until", Day, "The last day on which it is accepted."));

    [GeneratedRegex("^(CVE-[0-9]{4}-[0-9]{4,}|GHSA(-[0-9a-z]{4}){3}|[a-z0-9-]+#[0-9]+)$")]
    private static partial Regex Identifier();
}

/// <summary>Checks the accepted faults of a definition.</summary>
[RuleIds]
internal static class AcceptedRules
{
    public const string IdForm = "fault-id-form";
    public const string DateForm = "date-form";
    public const string Twice = "fault-accepted-twice";
    public const string Count = "accepted-count";

    public static void Check(Definition.Platform platform, SectionReader at)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (accepted, place) in platform.Accepted.Zip(at.Entries("accepted")))
        {
            if (!seen.Add(accepted.Id))
            {
                place.Report(Twice, "id", $"{accepted.Id} is accepted twice.", "Keep one of the two.");
            }
        }
    }
}
