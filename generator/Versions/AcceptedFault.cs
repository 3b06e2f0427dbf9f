using System.Globalization;
using System.Text.RegularExpressions;
using PlatformGitOps.Generator.Definition.Binding;
using PlatformGitOps.Generator.Definition.Rules;
using PlatformGitOps.Generator.Schema;

namespace PlatformGitOps.Generator.Versions;

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
