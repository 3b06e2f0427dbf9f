using System.Collections.Immutable;
using System.Text;
using PlatformGitOps.Generator.Definition.Reading;
using PlatformGitOps.Generator.Definition.Rules;
using PlatformGitOps.Generator.Definition.Shapes;
using PlatformGitOps.Generator.Findings;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Definition;

/// <summary>The text of a definition to a <see cref="Platform"/>. Every violation is collected; nothing throws.</summary>
public static class PlatformText
{
    /// <summary>Reads a definition.</summary>
    /// <param name="file">The name that findings carry.</param>
    /// <param name="bytes">The whole file.</param>
    public static PlatformReading Read(string file, ReadOnlySpan<byte> bytes)
    {
        var text = YamlReader.Read(file, bytes, YamlOptions.Default);
        var findings = new FindingList(file);
        findings.AddRange(text.Findings);
        var secretLines = new HashSet<int>();
        if (bytes.Length <= YamlOptions.Default.MaximumBytes)
        {
            foreach (var position in SecretText.In(Encoding.UTF8.GetString(bytes)))
            {
                secretLines.Add(position.Line);
                findings.Add(DefinitionRules.Secret, position, UnknownKeys.SecretMessage, UnknownKeys.SecretMend);
            }
        }

        var platform = text switch
        {
            { Documents: [Mapping root, ..] } => ReadRoot(root, findings, secretLines),
            { Findings.IsEmpty: true } => Nothing(text, findings),
            _ => null,
        };
        return findings.Any() || platform is null
            ? new PlatformReading.Refused(Ordered(findings))
            : new PlatformReading.Sound(platform);
    }

    private static Platform? ReadRoot(Mapping root, FindingList findings, IReadOnlySet<int> secretLines)
    {
        var checker = new ShapeChecker(findings, secretLines);
        checker.Check(root, PlatformShapes.Platform, "the definition");
        var view = new View(PlatformShapes.Platform, root, null, checker.Faulty, root.Position);
        var repository = SourceReading.ReadRepository(view.Object("repository"), findings);
        var flux = SourceReading.ReadFlux(view.Object("flux"), findings);
        var coreDns = ChartReading.ReadCoreDns(view.Object("charts"), findings);
        var monitoringCrds = ChartReading.ReadMonitoringCrds(view.Object("charts"), findings);
        var drafts = ClusterDrafts.Read(root, checker.Faulty);
        foreach (var draft in drafts)
        {
            NetworkRules.Check(draft, findings);
            DnsRules.Check(draft, findings);
            ScalingRules.Check(draft, findings);
            HealthControllerRules.Check(draft, findings);
        }

        FleetRules.Check(drafts, findings);
        RangeRules.Check(drafts, findings);
        return findings.Any() || repository is null || flux is null || coreDns is null || monitoringCrds is null ? null : new Platform
        {
            Repository = repository,
            Flux = flux,
            CoreDns = coreDns,
            MonitoringCrds = monitoringCrds,
            Clusters = [.. drafts.Select(ClusterAssembly.Assemble)],
        };
    }

    private static Platform? Nothing(YamlText text, FindingList findings)
    {
        if (text.Documents is [] or [Scalar { IsText: false, Value: "" }])
        {
            findings.Add(DefinitionRules.Empty, new Position(1, 1), "The definition is empty.", "Write one; 'init' prints a starter.");
        }
        else
        {
            findings.Add(DefinitionRules.WrongType, text.Documents[0].Position,
                $"The definition is {ScalarKind.Describe(text.Documents[0])}.",
                "Write keys: repository, clusters.");
        }

        return null;
    }

    // One fault in the defaults would else be told once for each cluster.
    private static ImmutableArray<Finding> Ordered(FindingList findings) =>
    [
        .. findings.Select(finding => finding with { Message = Printable.Of(SecretText.Redact(finding.Message)), Mend = Printable.Of(SecretText.Redact(finding.Mend)) })
            .Distinct()
            .OrderBy(finding => (finding.Position.Line, finding.Position.Column)),
    ];
}
