using System.Collections.Immutable;
using PlatformGitOps.Generator.Apps.CoreDns;
using PlatformGitOps.Generator.Definition;
using PlatformGitOps.Generator.Emission;
using PlatformGitOps.Generator.Findings;
using PlatformGitOps.Generator.Values;
using PlatformGitOps.Generator.Versions;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Commands;

/// <summary>What is allowed and most likely a mistake: <c>check</c> and <c>lint</c> warn of it, and end as without it.</summary>
internal static class Remarks
{
    public const string VersionUnknown = "version-unknown";
    public const string OverlayUnused = "overlay-without-cluster";

    private const string OverlaysFolder = $"{Layout.Root}/overlays";

    /// <summary>The warnings about a definition and the folder beside it.</summary>
    public static ImmutableArray<Finding> Of(CommandContext context, Platform platform) =>
        [.. Versions(context, platform), .. Overlays(context, platform)];

    private static IEnumerable<Finding> Versions(CommandContext context, Platform platform)
    {
        var known = KnownVersions.Instance;
        var newest = CoreDnsChart.Releases.Keys.Last();
        foreach (var version in Written(platform.Charts[CoreDnsApp.ChartKey].Version,
            platform.Clusters.Select(cluster => cluster.Pins.Charts.GetValueOrDefault(CoreDnsApp.ChartKey)))
            .Where(version => !CoreDnsChart.Releases.ContainsKey(version)))
        {
            yield return Unknown(context, version,
                $"Chart coredns {version} is not a release that this program knows: it takes the values, metrics and plugins of "
                    + $"{CoreDnsChart.For(version).Version}.",
                $"Check the number: the newest known one is {newest}.");
        }

        var clusters = platform.Clusters;
        foreach (var (name, versions) in new[]
        {
            ("Flux", Written(platform.Flux.Version, clusters.Select(cluster => cluster.Pins.Flux))),
            ("Kubernetes", Written(null, clusters.Select(cluster => cluster.Kubernetes))),
        })
        {
            if (known.Product(name)?.Newest is { } last)
            {
                foreach (var version in versions.Where(version => version > last))
                {
                    yield return Unknown(context, version, $"{name} {version} is newer than {last}, the newest one that was known on "
                        + $"{known.ReadOn}.", "Check the number.");
                }
            }
        }
    }

    private static IEnumerable<SemVer> Written(SemVer? ofAll, IEnumerable<SemVer?> ofClusters) =>
        ofClusters.Append(ofAll).OfType<SemVer>().Distinct().Order();

    private static IEnumerable<Finding> Overlays(CommandContext context, Platform platform)
    {
        var folder = Path.Combine(context.Root, OverlaysFolder);
        var names = platform.Clusters.Select(cluster => cluster.Name.Text).ToHashSet(StringComparer.Ordinal);
        string[] paths = Directory.Exists(folder) ? Directory.GetDirectories(folder) : [];
        foreach (var path in paths.Order(StringComparer.Ordinal))
        {
            if (Path.GetFileName(path) is var name && !names.Contains(name))
            {
                var near = Suggestion.For(name, names);
                yield return Warning(OverlayUnused, $"{OverlaysFolder}/{name}", Position.None,
                    $"The definition has no cluster '{Printable.Of(name)}', so nothing delivers this folder.",
                    near is null ? "Rename it after a cluster, or delete it." : $"Did you mean '{near}'?");
            }
        }
    }

    private static Finding Unknown(CommandContext context, SemVer version, string message, string fix) =>
        Warning(VersionUnknown, Path.GetFileName(context.DefinitionPath), Place(context, version), message, fix);

    private static Finding Warning(string rule, string file, Position position, string message, string fix) =>
        new() { Rule = rule, File = file, Position = position, Severity = Severity.Warning, Message = message, Fix = fix };

    /// <summary>The first place in the definition with such a version.</summary>
    private static Position Place(CommandContext context, SemVer version)
    {
        var text = YamlReader.Read(context.DefinitionPath, File.ReadAllBytes(context.DefinitionPath), YamlOptions.Default);
        var written = version.ToString();
        return text.Documents.SelectMany(document => document.Scalars(value =>
                value == written || (value.Length > 0 && written.StartsWith(value + ".", StringComparison.Ordinal) && value.Contains('.'))))
            .Select(scalar => scalar.Position).FirstOrDefault(Position.None);
    }
}
