using System.Net.Sockets;
using PlatformGitOps.Acceptance.Rendering;
using PlatformGitOps.Acceptance.Resources;
using PlatformGitOps.Generator.Apps.DnsCheck;
using PlatformGitOps.Generator.Definition;

namespace PlatformGitOps.Acceptance.Criteria.DnsCheck;

/// <summary>Static checks read a tree in which the check is switched on.</summary>
[Criterion("DnsCheck", "With dnsCheck, Flux calls a delivery done only when names resolve on every node", SwitchesOn = Feature.DnsCheck)]
[Check("DnsCheck.1", "A pod on every node asks the cluster's DNS", "as many ready pods as nodes",
    Command = "kubectl --context {context} -n kube-system get pods -l k8s-app=dns-check -o wide")]
[Check("DnsCheck.2", "It asks for the names of the definition by their full name", "{DNS_CHECK_NAMES}",
    Command = "kubectl --context {context} -n kube-system exec daemonset/dns-check -- nslookup kubernetes.default.svc.{CLUSTER_DOMAIN}.")]
[Check("DnsCheck.3", "Without DNS no node is ready, and with DNS each is again", "0 ready pods, then as many as nodes",
    Command = "kubectl --context {context} -n kube-system get pods -l app.kubernetes.io/name=dns-check -o wide")]
[Check("DnsCheck.4", "A delivery that changes CoreDNS replaces the pods, and Flux waits for them", "another revision of the DaemonSet",
    Command = "kubectl --context {context} -n kube-system get daemonset dns-check -o yaml | grep revision")]
public static partial class DnsCheckCriterion
{
    private const string Pod = "spec.template.spec";
    private const string Probe = "readinessProbe.exec.command";

    [StaticCheck("DnsCheck.1", "tolerations, network, resolver and image of the DaemonSet")]
    public static void OnEveryNode(RenderedCluster tree)
    {
        var pod = Daemons(tree).Part(Pod)!;
        pod.Parts("tolerations").ShouldContain(entry => entry.Text("operator") == "Exists" && entry.Text("key") == null
            && entry.Text("effect") == null, "nodes with a taint do not ask");
        pod.Map("nodeSelector").ShouldBeEmpty("only some nodes ask");
        pod.Text("dnsPolicy").ShouldBeOneOf([null, "ClusterFirst"], "it asks another DNS than workloads do");
        pod.Flag("hostNetwork").ShouldNotBe(true, "it asks in another way than workloads do");
        Container(tree).Text("image").ShouldBe(tree.Settings[DnsCheckNames.ImageVariable], "not the image of the cluster's settings");
    }

    [StaticCheck("DnsCheck.2", "the command of the readiness probe, after substitution")]
    public static void Names(RenderedCluster tree)
    {
        var wanted = Wanted(tree.Definition);
        var words = string.Join(' ', Container(tree).Texts(Probe)).Split(' ');
        words.Where(word => word.EndsWith('.')).ShouldBe(wanted, "other names than the definition's");
        words.ShouldContain(
            $"-type={(tree.Definition.Services.Family == AddressFamily.InterNetwork ? "a" : "aaaa")}",
            "an address of the other family would do");
    }

    [StaticCheck("DnsCheck.3", "period and time limit of the readiness probe")]
    public static void Ready(RenderedCluster tree)
    {
        var probe = Container(tree).Part("readinessProbe")!;
        probe.Number("timeoutSeconds").ShouldNotBeNull().ShouldBeLessThanOrEqualTo(probe.Number("periodSeconds")!.Value);
        (probe.Number("periodSeconds") * probe.Number("failureThreshold")).ShouldNotBeNull()
            .ShouldBeLessThanOrEqualTo(Unready, "a node without DNS stays ready for long");
    }

    [StaticCheck("DnsCheck.4",
        "what the Flux Kustomization waits for, and the annotations of the pods here and with one replica of CoreDNS more")]
    public static void Replaced(RenderedCluster tree)
    {
        var flux = tree.Flux.Single(resource => resource.Name == $"cluster-{tree.Role}-{DnsCheckNames.Name}");
        flux.Parts("spec.dependsOn").Select(dependency => dependency.Text("name"))
            .ShouldContain($"cluster-{tree.Role}-coredns", "it does not ask the CoreDNS that is delivered");
        flux.Flag("spec.wait").ShouldBe(true, "Flux does not wait for the pods");
        var changed = RenderedCluster.From(DefinedTree.Generated(OneMore(tree.Defined.Platform), null), tree.Role);
        var (here, there) = (Revision(tree), Revision(changed));
        here.Keys.ShouldBe([DnsCheckNames.DeliveredAnnotation, DnsCheckNames.DeliveredBaseAnnotation], ignoreOrder: true,
            "the pods do not say what was delivered");
        here.ShouldNotBe(there, "the pods that asked the CoreDNS before stay");
    }

    /// <summary>The names that a cluster's nodes ask for, with the dot at their end.</summary>
    private static List<string> Wanted(Cluster cluster) =>
    [
        $"kubernetes.default.svc.{cluster.Domain}.", .. cluster.Of<DnsCheckSettings>()!.Names.Select(name => $"{name}."),
    ];

    private static Platform OneMore(Platform platform) => platform with
    {
        Clusters = [.. platform.Clusters.Select(entry => entry with { Dns = entry.Dns with { Replicas = entry.Dns.Replicas + 1 } })],
    };

    private static IReadOnlyDictionary<string, string> Revision(RenderedCluster tree) =>
        Daemons(tree).Map("spec.template.metadata.annotations");

    private static Resource Container(RenderedCluster tree) => Daemons(tree).Parts($"{Pod}.containers").Single();

    private static Resource Daemons(RenderedCluster tree) =>
        tree.DnsCheck.FirstOrDefault(resource => resource.Kind == "DaemonSet" && resource.Name == DnsCheckNames.Name)
        ?? throw new MissingException($"there is no DaemonSet {DnsCheckNames.Name}");
}
