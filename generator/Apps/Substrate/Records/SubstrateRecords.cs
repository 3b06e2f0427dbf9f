using PlatformGitOps.Generator.Apps.Substrate.Kubernetes;

namespace PlatformGitOps.Generator.Apps.Substrate.Records;

/// <summary>Reads the record files of substrates.</summary>
internal static class SubstrateRecords
{
    public static ImmutableArray<SubstrateSettings> Read(
        ImmutableArray<SubstrateSettings> substrates, SectionReader at, DefinitionFindings findings, DefinitionFiles files) =>
        substrates.All(substrate => substrate.RecordsFile is null) ? substrates
            : [.. substrates.Zip(at.Entries("substrates")).Select(pair => Read(pair.First, pair.Second, findings, files))];

    private static SubstrateSettings Read(SubstrateSettings substrate, SectionReader at, DefinitionFindings findings, DefinitionFiles files)
    {
        if (substrate.RecordsFile is not { } path)
        {
            return substrate;
        }

        if (files.Read(path) is not { } bytes)
        {
            at.Report(SubstrateRules.RecordsFile, "recordsFile",
                $"The file '{path}' beside the definition does not exist or cannot be read.",
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
