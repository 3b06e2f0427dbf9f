using System.Collections.Immutable;
using System.Reflection;
using PlatformGitOps.Generator.Apps.CoreDns;
using PlatformGitOps.Generator.Definition;
using PlatformGitOps.Generator.Values;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Versions;

/// <summary>A fault of CoreDNS.</summary>
/// <param name="Id">A CVE, or an issue of its repository.</param>
/// <param name="FixedIn">The first version without it.</param>
/// <param name="Affects">True where what this repository delivers is open to it.</param>
/// <param name="What">What happens, or why it does not.</param>
public sealed record KnownFault(string Id, SemVer FixedIn, bool Affects, string What);

/// <summary>One pinned version beside what is known.</summary>
/// <param name="Name">The program or chart.</param>
/// <param name="Pinned">By the definition; null where a chart's version says nothing of the program's.</param>
/// <param name="Newest">Null where nothing is known.</param>
/// <param name="Supported">False where its authors make no fixes for the pinned version anymore.</param>
public sealed record VersionRow(string Name, SemVer? Pinned, SemVer? Newest, bool Supported);

/// <summary>The data file <c>known.yaml</c>.</summary>
public sealed record KnownVersions
{
    public static KnownVersions Instance { get; } = Read();

    /// <summary>The day on which the data was read from its sources.</summary>
    public required string ReadOn { get; init; }

    public required ImmutableDictionary<string, SemVer> Newest { get; init; }

    public required ImmutableDictionary<string, SemVer> SupportedFrom { get; init; }

    public required ImmutableArray<KnownFault> Faults { get; init; }

    /// <summary>The versions that a definition pins.</summary>
    public IEnumerable<VersionRow> Of(Platform platform)
    {
        foreach (var (key, chart) in platform.Charts.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            yield return Row(key, chart.Version, $"chart {key}");
        }

        yield return Row("CoreDNS", CoreDns(platform), "CoreDNS");
        yield return Row("Flux", platform.Flux.Version, "Flux");
    }

    /// <summary>The faults of the CoreDNS that a definition delivers; null where the chart is newer than what is known.</summary>
    public IEnumerable<KnownFault>? FaultsOf(Platform platform) =>
        CoreDns(platform) is { } version ? Faults.Where(fault => version < fault.FixedIn) : null;

    private static SemVer? CoreDns(Platform platform) => CoreDnsChart.AppVersionOf(platform.Charts["coredns"].Version) is { } version
        ? SemVer.Parse(version) : null;

    private VersionRow Row(string key, SemVer? pinned, string name) => new(
        name, pinned, Newest.GetValueOrDefault(key), pinned is null || !SupportedFrom.TryGetValue(key, out var from) || pinned >= from);

    private static KnownVersions Read()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("Versions.known.yaml")!;
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        var root = (Mapping)YamlReader.Read("known.yaml", bytes.ToArray(), YamlOptions.Tree).Documents[0];
        return new KnownVersions
        {
            ReadOn = root.TextAt("read")!,
            Newest = Table(root, "newest"),
            SupportedFrom = Table(root, "supportedFrom"),
            Faults =
            [
                .. root.MappingsAt("faults").Select(fault => new KnownFault(
                    fault.TextAt("id")!, SemVer.Parse(fault.TextAt("fixedIn")!), fault.TextAt("affects") == "true", fault.TextAt("what")!)),
            ],
        };
    }

    private static ImmutableDictionary<string, SemVer> Table(Mapping root, string name) =>
        root.EntriesAt(name).ToImmutableDictionary(entry => entry.Key, entry => SemVer.Parse(((Scalar)entry.Value).Value));
}
