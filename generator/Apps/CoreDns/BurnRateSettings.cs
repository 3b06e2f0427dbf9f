using System.Globalization;
using System.Text.RegularExpressions;
using PlatformGitOps.Generator.Definition;
using PlatformGitOps.Generator.Definition.Binding;
using PlatformGitOps.Generator.Definition.Rules;
using PlatformGitOps.Generator.Schema;

namespace PlatformGitOps.Generator.Apps.CoreDns;

/// <summary>What a cluster's DNS shall reach, and how much of it may be missed, for <see cref="BurnRateAlerts"/>.</summary>
/// <param name="Availability">The percentage of the answers that are not SERVFAIL.</param>
/// <param name="Latency">The percentage of the answers that are sent within <paramref name="Within"/>.</param>
/// <param name="Within">The bound of a bucket, in seconds, as the label <c>le</c> of CoreDNS has it.</param>
public sealed partial record BurnRateSettings(decimal Availability, decimal Latency, string Within)
{
    // The bounds of CoreDNS's histogram (plugin.TimeBuckets): only at these can the slow answers be counted.
    private static readonly Words<string> Bounds = new(
        ("1ms", "0.001"), ("2ms", "0.002"), ("4ms", "0.004"), ("8ms", "0.008"), ("16ms", "0.016"), ("32ms", "0.032"), ("64ms", "0.064"),
        ("128ms", "0.128"), ("256ms", "0.256"), ("512ms", "0.512"), ("1024ms", "1.024"), ("2048ms", "2.048"));

    private static readonly TextShape<string> Objective = Forms.Matching("99.95", ObjectiveForm(), new Fault(
        DefinitionRules.BurnRateObjective,
        "is not an objective that these alerts can watch",
        "Write a percentage from 95 to 99.999. Below 95, 14.4 times the budget is most of all answers; 100 leaves no budget."))
        with
    { Numbers = true };

    /// <summary>What of the answers may be SERVFAIL, as a share.</summary>
    public string ErrorBudget => Share(Availability);

    /// <summary>What of the answers may be slow, as a share.</summary>
    public string LatencyBudget => Share(Latency);

    /// <summary>Null where the alerts are off.</summary>
    internal static BurnRateSettings? Bind(Section section)
    {
        var enabled = section.Switch("enabled", false,
            "Whether alerts fire when DNS uses up its error or latency budget too fast (docs/alerts.md).");
        var settings = new BurnRateSettings(
            Number(section.Text("availability", Objective, "99.95", "The percentage of the answers that shall not be SERVFAIL.")),
            Number(section.Text("latency", Objective, "99", "The percentage of the answers that shall be sent within 'within'.")),
            section.Choice("within", "0.128", Bounds, "How long an answer may take: a bound of CoreDNS's histogram."));
        return enabled ? settings : null;
    }

    internal static void Check(Cluster cluster, SectionReader at)
    {
        if (cluster.Monitoring is { BurnRate: not null, Flavour: MonitoringFlavour.None })
        {
            at.Report(DefinitionRules.BurnRateWithoutMonitoring, "monitoring.burnRate.enabled",
                "The alerts would never fire: with flavour none nothing scrapes CoreDNS or evaluates its rules.",
                "Delete it, or name the operator that does.",
                "monitoring.flavour");
        }
    }

    private static decimal Number(string text) => decimal.Parse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);

    private static string Share(decimal objective) => ((100 - objective) / 100).ToString("0.#######", CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^9[5-9](\.[0-9]{1,3})?\z", RegexOptions.CultureInvariant)]
    private static partial Regex ObjectiveForm();
}
