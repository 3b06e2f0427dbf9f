using PlatformGitOps.Acceptance.Adoption;
using PlatformGitOps.Acceptance.Rendering;

namespace PlatformGitOps.Acceptance.Criteria;

[Criterion("Adoption", "A CoreDNS that is there already, kubeadm's or k3s', is taken over without an outage")]
public static partial class AdoptionCriterion
{
    private const string TakenOver = "A CoreDNS that is there already is taken over without an outage";

    [Row("Adoption.1", TakenOver,
        Sees = "docs/adoption.md against the tree: it gives the old pods every label that the chart's Service selects by, the Service the chart's ports, and Helm's marks the name of the release")]
    public static void TakeOver(RenderedCluster tree)
    {
        var steps = AdoptionGuide.Committed.Text;
        steps.ShouldContain($"meta.helm.sh/release-name={tree.Release.Text("spec.releaseName") ?? tree.Release.Name} ", customMessage: "Helm adopts only what carries the name of its release");
        steps.ShouldContain($"meta.helm.sh/release-namespace={tree.Release.Namespace} ");
        if (tree.FindOrNull("Service", "kube-dns") is not { } service)
        {
            return; // AC2.1 tells that
        }

        foreach (var (label, value) in service.Map("spec.selector"))
        {
            steps.ShouldContain($"\"{label}\":\"{value}\"", customMessage: "the chart's Service selects by a label that the old pods are not given");
        }

        foreach (var port in service.Parts("spec.ports").Where(port => port.Number("port") == 53))
        {
            steps.ShouldContain($"\"name\":\"{port.Text("name")}\",\"port\":53,\"protocol\":\"{port.Text("protocol")}\",\"targetPort\":53");
        }
    }
}
