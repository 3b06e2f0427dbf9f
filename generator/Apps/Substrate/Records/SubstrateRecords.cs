using System.Collections.Immutable;
using System.Text;
using PlatformGitOps.Generator.Apps.Substrate.Kubernetes;
using PlatformGitOps.Generator.Definition;
using PlatformGitOps.Generator.Definition.Binding;
using PlatformGitOps.Generator.Findings;

namespace PlatformGitOps.Generator.Apps.Substrate.Records;

/// <summary>Brings the files of records to the substrates that name them.</summary>
internal static class SubstrateRecords
{
    public static ImmutableArray<SubstrateSettings> Read(
        ImmutableArray<SubstrateSettings> substrates, SectionReader at, DefinitionFindings findings, FilesBeside files) =>
        substrates.All(substrate => substrate.RecordsFile is null) ? substrates
            : [.. substrates.Zip(at.Entries("substrates")).Select(pair => Read(pair.First, pair.Second, findings, files))];

    private static SubstrateSettings Read(SubstrateSettings substrate, SectionReader at, DefinitionFindings findings, FilesBeside files)
    {
        if (substrate.RecordsFile is not { } path)
        {
            return substrate;
        }

        if (files.Read(path) is not { } bytes)
        {
            at.Report(SubstrateRules.RecordsFile, "recordsFile", $"There is no file '{path}' beside the definition that can be read.",
                "Write the path from the definition's folder to a file of up to 64 MB.");
            return substrate;
        }

        var (records, problems) = MasterFileReader.Read(Encoding.UTF8.GetString(bytes), Bounds(substrate));
        foreach (var problem in problems)
        {
            findings.Add(new Finding
            {
                Rule = problem.Rule,
                File = files.NameOf(path),
                Position = problem.Position,
                Message = problem.Message,
                Fix = problem.Fix,
            });
        }

        return substrate with { FileRecords = records };
    }

    /// <summary>Every name of a substrate's zone that has a record.</summary>
    public static ZoneNames NamesOf(SubstrateSettings substrate)
    {
        var bounds = Bounds(substrate);
        return new ZoneNames(bounds.Zone, substrate.FileRecords.Names.Concat(bounds.Taken).Concat(bounds.Children));
    }

    private static MasterFileBounds Bounds(SubstrateSettings substrate) => new(
        substrate.Zone.Text,
        [.. substrate.Children.Select(child => $"{child.Name}.{substrate.Zone}")],
        substrate.AllHosts.Select(host => host.Name.Text)
            .Concat(substrate.Records.SelectMany(record => new[] { record.Name.Text, $"_{record.Service}._{record.Protocol}" }))
            .Concat(substrate.Aliases.Select(alias => alias.Name.Text))
            .Concat(substrate.Kubernetes is null ? [] : [KubernetesSettings.ApiName, $"_{KubernetesSettings.ApiName}._tcp"])
            .Select(name => $"{name}.{substrate.Zone}").ToHashSet(StringComparer.Ordinal),
        substrate.Aliases.DistinctBy(alias => alias.Name).ToDictionary(
            alias => $"{alias.Name}.{substrate.Zone}", alias => $"{alias.Target}.{substrate.Zone}", StringComparer.Ordinal),
        substrate.Reverse);
}

/// <summary>The names of a zone, and which of them answers for one that it does not have: absolute, without the closing dot.</summary>
internal sealed class ZoneNames
{
    private readonly HashSet<string> existing;

    /// <summary>Of every name with a record; those above them exist too, without one (RFC 4592 section 2.2.2).</summary>
    public ZoneNames(string zone, IEnumerable<string> owners)
    {
        existing = new HashSet<string>(StringComparer.Ordinal) { zone };
        foreach (var owner in owners)
        {
            for (var above = owner; existing.Add(above);)
            {
                above = Above(above);
            }
        }
    }

    /// <summary>
    /// The owner whose records answer for a name of the zone: the name itself where it exists, else the wildcard of the closest name above
    /// it that exists (RFC 4592 section 3.3.1), whether the zone has that wildcard or not.
    /// </summary>
    public string AnswererOf(string name) => Closest(name) is var closest && closest == name ? name : $"*.{closest}";

    /// <summary>Why a wildcard further up does not answer for a name, as the end of a sentence; empty without a wildcard.</summary>
    public string WhyNot(string name)
    {
        var closest = Closest(name);
        for (var above = closest; above.Contains('.', StringComparison.Ordinal);)
        {
            above = Above(above);
            if (existing.Contains($"*.{above}"))
            {
                return $"; '*.{above}' does not answer for it, because '{closest}' exists (RFC 4592 3.3.1)";
            }
        }

        return "";
    }

    private string Closest(string name)
    {
        while (!existing.Contains(name))
        {
            name = Above(name);
        }

        return name;
    }

    private static string Above(string name) => name[(name.IndexOf('.', StringComparison.Ordinal) + 1)..];
}
