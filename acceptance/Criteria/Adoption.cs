using PlatformGitOps.Acceptance.Adoption;
using PlatformGitOps.Acceptance.Rendering;
using PlatformGitOps.Acceptance.Resources;
using PlatformGitOps.Acceptance.Sabotage;

namespace PlatformGitOps.Acceptance.Criteria;

[Criterion("Adoption", "An existing CoreDNS, kubeadm's, k3s' or one of an older chart, is migrated without an outage")]
[Check("Adoption.1", "An existing CoreDNS is migrated without an outage", "no failed query, and every object is Helm's afterwards",
    Command = "the commands of docs/adoption.md")]
[Check("Adoption.2", "A release of an older chart, with the chart's own labels, is upgraded without an outage",
    "no failed query, and every object is as delivered afterwards",
    Command = "the commands of docs/adoption-chart.md")]
[Check("Adoption.3", "An existing CoreDNS learns the substrate's zone, and the migration keeps it",
    "no failed query of a cluster's name, and none of a substrate's name once every pod knows the zone",
    Command = "the commands of docs/migration.md", Needs = Feature.Substrate)]
public static partial class AdoptionCriterion
{
    [StaticCheck(
        "Adoption.1",
        "docs/adoption.md against the tree: the old pods get every label that the chart's Service selects by, the Service gets the " +
            "chart's ports, and Helm's marks get the name of the release")]
    public static void TakeOver(RenderedCluster tree)
    {
        var steps = AdoptionGuide.Committed.Text;
        steps.ShouldContain(
            $"meta.helm.sh/release-name={tree.Release.Text("spec.releaseName") ?? tree.Release.Name} ",
            customMessage: "Helm adopts only what carries the name of its release");
        steps.ShouldContain($"meta.helm.sh/release-namespace={tree.Release.Namespace} ");
        foreach (var (label, value) in tree.ServiceSelector)
        {
            steps.ShouldContain(
                $"\"{label}\":\"{value}\"", customMessage: "the chart's Service selects by a label that the old pods are not given");
        }

        foreach (var (name, protocol) in ChartOutput.ServicePorts)
        {
            steps.ShouldContain($"\"name\":\"{name}\",\"port\":53,\"protocol\":\"{protocol}\",\"targetPort\":53");
        }
    }

    [StaticCheck("Adoption.2",
        "docs/adoption-chart.md against the tree: at the end the old pods have each label that the chart's Service selects by")]
    public static void OlderRelease(RenderedCluster tree)
    {
        foreach (var (label, value) in tree.SelectorLabels)
        {
            AdoptionGuide.OfOlderChart.Text.ShouldContain(
                $"{label}={value}", customMessage: "the chart's Service selects by a label that the pods of the older release do not have");
        }
    }

    internal static IReadOnlyList<StaticSabotage> StaticSabotages =>
    [
        new("a release that is not the older one", "Adoption.2", "a label that the pods of the older release do not have",
            tree => JsonPath.Set(tree.Release.Document, "spec.releaseName", "dns")),
        new("release under another name than its guide says", "Adoption.1", "the name of its release",
            tree => JsonPath.Set(tree.Release.Document, "spec.releaseName", "dns")),
    ];
}
