using PlatformGitOps.Acceptance.Rendering;
using PlatformGitOps.Acceptance.Resources;
using PlatformGitOps.Controller.Api;

namespace PlatformGitOps.Acceptance.Criteria.Health;

public static partial class HealthCriterion
{
    [StaticCheck(
        "Health.11",
        "the rules of its roles against the requests of the controller (which a test of the controller records), in both directions")]
    public static void Access(RenderedCluster tree)
    {
        Rights(Find(tree, "ClusterRole"))
            .ShouldBe(Rights(RequiredAccess.Everywhere), ignoreOrder: true, "the ClusterRole is not what the controller needs");
        Rights(Find(tree, "Role")).ShouldBe(Rights(RequiredAccess.AtHome), ignoreOrder: true, "the Role is not what the controller needs");
        foreach (var kind in new[] { "ClusterRole", "Role" })
        {
            var binding = Find(tree, kind + "Binding");
            binding.Text("roleRef.name").ShouldBe(Name);
            binding.Parts("subjects").Select(subject => $"{subject.Text("kind")} {subject.Text("namespace")}/{subject.Text("name")}")
                .ShouldBe([$"ServiceAccount kube-system/{Name}"], "other subjects get the controller's access too, or it gets none");
        }

        Pod(tree).Text("spec.serviceAccountName").ShouldBe(Name, "it runs under an account without access");
    }

    [StaticCheck("Health.12", "the security contexts of pod and container")]
    public static void PodSecurity(RenderedCluster tree)
    {
        var (pod, container) = (Pod(tree), Container(tree));
        (container.Text("securityContext.runAsNonRoot") ?? pod.Text("spec.securityContext.runAsNonRoot"))
            .ShouldBe("true", "it may run as root");
        (container.Text("securityContext.runAsUser") ?? pod.Text("spec.securityContext.runAsUser"))
            .ShouldBe("65532", "not the image's user");
        container.Flag("securityContext.readOnlyRootFilesystem").ShouldBe(true, "the root filesystem can be written to");
        container.Texts("securityContext.capabilities.drop").ShouldBe(["ALL"], "capabilities are kept");
        container.Texts("securityContext.capabilities.add").ShouldBeEmpty("capabilities are added");
        container.Flag("securityContext.allowPrivilegeEscalation").ShouldBe(false, "the process may gain privileges");
        (container.Text("securityContext.seccompProfile.type") ?? pod.Text("spec.securityContext.seccompProfile.type"))
            .ShouldBe("RuntimeDefault", "system calls are not filtered");
        foreach (var shared in new[] { "hostNetwork", "hostPID", "hostIPC" })
        {
            pod.Flag($"spec.{shared}").ShouldNotBe(true, $"it shares the node's {shared}");
        }
    }

    [StaticCheck("Health.13", "the policies of its layer, tried with the monitoring, a workload and the world")]
    public static void Policy(RenderedCluster tree)
    {
        var labels = Pod(tree).Labels;
        Allows(Source.Monitoring(tree.Settings["MONITORING_NAMESPACE"])).ShouldBeTrue("the monitoring cannot scrape");
        Allows(Source.Workload).ShouldBeFalse("any workload reaches it");
        Allows(Source.World).ShouldBeFalse("the world reaches it");

        bool Allows(Source source) => IngressDecision.Allows(tree.HealthController, labels, source, "TCP", 8080);
    }

    private static IEnumerable<string> Rights(Resource role) =>
        from rule in role.Parts("rules")
        from resource in rule.Texts("resources")
        from verb in rule.Texts("verbs")
        from name in rule.Texts("resourceNames").DefaultIfEmpty("any")
        select $"{verb} {string.Join(',', rule.Texts("apiGroups"))}/{resource} {name}";

    private static IEnumerable<string> Rights(IEnumerable<RequiredAccess> needed) =>
        from access in needed
        from verb in access.Verbs
        select $"{verb} {access.Group}/{access.Resource} {access.Name ?? "any"}";
}
