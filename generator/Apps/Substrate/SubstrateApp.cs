using PlatformGitOps.Generator.Apps.Substrate.Kubernetes;

namespace PlatformGitOps.Generator.Apps.Substrate;

/// <summary>
/// DNS that exists before a cluster and outlives it: files for hosts below <c>substrate/</c>, and for each cluster with a substrate the
/// addresses of its servers in the settings.
/// </summary>
internal sealed class SubstrateApp : App
{
    /// <summary>The setting with the addresses that CoreDNS forwards to.</summary>
    public const string ServersVariable = "SUBSTRATE_SERVERS";

    public override string Name => "substrate";

    public override bool HasLayer => false;

    public override IEnumerable<GeneratedFile> Files(Platform platform) =>
        platform.Substrates.SelectMany(substrate => SubstrateFiles.Files(substrate, platform.Repository)
            .Concat(platform.Clusters.Where(cluster => cluster.Name == substrate.Kubernetes?.Cluster)
                .SelectMany(cluster => KubernetesFiles.Files(substrate, cluster, platform.Repository))));

    public override void Check(Cluster cluster, SectionReader at) => SubstrateRules.Check(cluster, at);

    public override void CheckPlatform(Platform platform, SectionReader at)
    {
        SubstrateRules.Check([.. platform.Substrates.Zip(at.Entries("substrates"))]);
        foreach (var (substrate, entry) in platform.Substrates.Zip(at.Entries("substrates")))
        {
            KubernetesRules.Check([.. platform.Clusters.Zip(at.Entries("clusters"))], substrate, entry);
        }
    }

    public override Mapping Settings(Cluster cluster) => cluster.Substrate is not { } substrate ? [] : new Mapping
        {
            { ServersVariable, string.Join(' ', SubstrateForward.Servers(substrate, cluster).Select(IpText.Unquoted)),
                $"The servers of the substrate '{substrate.Name}', the primary first." },
        };
}
