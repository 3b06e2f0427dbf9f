using PlatformGitOps.Generator.Apps.CoreDns;

namespace PlatformGitOps.Generator.Apps.Overlays;

/// <summary>
/// <c>kubernetes/overlays/&lt;cluster&gt;</c>: the user's own manifests, which the generator never writes. Flux applies the folder if it
/// exists.
/// </summary>
internal sealed class OverlaysApp : App
{
    public const string LayerName = "overlays";

    public override string Name => LayerName;

    /// <summary>After CoreDNS: users' workloads need DNS.</summary>
    public override ImmutableArray<string> WaitsFor => [CoreDnsApp.LayerName];

    public override IEnumerable<GeneratedFile> Files(Platform platform) => [];

    public override FluxKustomization? Layer(Cluster cluster) => cluster.HasOverlay
        ? new FluxKustomization { Name = NameIn(cluster), Path = Layout.OverlayFolder(cluster.Name.Text) }
        : null;
}
