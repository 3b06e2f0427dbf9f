using PlatformGitOps.Generator.Definition.Binding;

namespace PlatformGitOps.Generator.Tests.Definition;

/// <summary>The character $ in a patch: kustomize and Kubernetes use it, and Flux substitutes it before a brace.</summary>
public sealed class PatchFormTests
{
    [TestCase("{kind: Deployment, metadata: {name: coredns}, spec: {template: {spec: {volumes: [{name: tmp, $patch: delete}]}}}}")]
    [TestCase("$patch: delete\nkind: PodDisruptionBudget\nmetadata: {name: coredns}\n")]
    [TestCase("[{op: add, path: /spec/template/spec/containers/0/env/-, value: {name: A, value: $(POD_IP)}}]")]
    public void A_single_one_is_the_patch_s_own(string patch) => Forms.Patch.Check(patch).ShouldBeNull();

    [TestCase("{kind: Deployment, metadata: {name: '${NAME}'}}", "contains '${'")]
    [TestCase("{kind: Deployment, metadata: {name: a$$b}}", "contains '$$'")]
    public void A_variable_is_refused(string patch, string problem)
    {
        var fault = Forms.Patch.Check(patch).ShouldNotBeNull();
        (fault.Rule, fault.Problem.StartsWith(problem, StringComparison.Ordinal)).ShouldBe(("dollar-in-value", true), fault.Problem);
    }

    [Test]
    public void Flux_and_kustomize_get_it_as_it_is()
    {
        var platform = Given.Defined("""
            repository: { url: https://github.com/example/platform.git }
            clusters:
              - name: infra
                network: { pods: 10.244.0.0/16, services: 10.245.0.0/16 }
                nodeSelector: { disk: ssd }
                patches:
                  coredns:
                    - patch: |
                        apiVersion: apps/v1
                        kind: Deployment
                        metadata: { name: coredns, namespace: kube-system }
                        spec: { template: { spec: { nodeSelector: { $patch: delete } } } }
            """);
        var release = CoreDnsRelease.In(new FluxTree(SourceTree.Of(Tree.Build(platform))).Cluster("infra", strict: true)).Single();

        DnsObjects.Of(release).Pod.TextAt("nodeSelector", "disk").ShouldBe("ssd");
        DnsObjects.Patched(release).Pod.EntriesAt("nodeSelector").ShouldBeEmpty();
    }
}
