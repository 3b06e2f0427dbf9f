namespace PlatformGitOps.Generator.Versions;

/// <summary>A fault of a program or a chart.</summary>
public sealed record KnownFault
{
    /// <summary>The product whose faults are also those of what contains it.</summary>
    public const string CoreDns = "CoreDNS";

    /// <summary>A CVE, or an issue of its repository.</summary>
    public required string Id { get; init; }

    /// <summary>The name of a <see cref="KnownProduct"/>.</summary>
    public required string Product { get; init; }

    /// <summary>The first version with it; null where all older ones have it.</summary>
    public SemVer? From { get; init; }

    /// <summary>The first versions without it, one for each minor version with a fix; empty where none is known.</summary>
    public ImmutableArray<SemVer> FixedIn { get; init; } = [];

    /// <summary>What must all be in use.</summary>
    public ImmutableArray<string> All { get; init; } = [];

    /// <summary>Of what one must be in use; empty where none must.</summary>
    public ImmutableArray<string> Any { get; init; } = [];

    /// <summary>What else must be true, which a definition does not say; null where nothing.</summary>
    public string? Only { get; init; }

    /// <summary>What happens.</summary>
    public required string What { get; init; }

    /// <summary>Where that is written.</summary>
    public required Uri Source { get; init; }

    /// <summary>What a deployment must have for it.</summary>
    public string Needs => string.Join(" and ", Any.IsEmpty ? All : All.Add(string.Join(" or ", Any)));

    /// <summary>Where it is fixed, in a phrase.</summary>
    public string Fix => FixedIn.IsEmpty ? "no version with a fix is known" : $"fixed in {Product} {string.Join(", ", FixedIn)}";

    /// <summary>True for a version without the fix: neither its own minor version has it, nor the newest one with a fix is older.</summary>
    public bool IsIn(SemVer version) => (From is null || version >= From) && (FixedIn.IsEmpty || (version < FixedIn.Max()!
        && !FixedIn.Any(last => (last.Major, last.Minor) == (version.Major, version.Minor) && version >= last)));

    /// <summary>True where a deployment with these plugins, transports or objects is open to it.</summary>
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

/// <summary>A known fault that the definition accepts until a day; <c>versions</c> counts it again after that.</summary>
/// <param name="Id">As <c>versions</c> prints it.</param>
/// <param name="Reason">For people.</param>
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

/// <summary>What can be wrong with accepted faults.</summary>
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
