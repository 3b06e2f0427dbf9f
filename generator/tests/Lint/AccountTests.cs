using PlatformGitOps.Generator.Tests.Commands;

namespace PlatformGitOps.Generator.Tests.Lint;

/// <summary>Overlays under <c>flux.serviceAccountName</c>: what the account may deliver, and what not.</summary>
public sealed class AccountTests
{
    private const string Definition = "repository: { url: https://github.com/example/platform.git }\nclusters:\n"
        + "  - { name: ulm, network: { pods: 10.42.0.0/16, services: 10.43.0.0/16 }, "
        + "flux: { serviceAccountName: dns-flux } }\n";

    [TestCase("{apiVersion: v1, kind: ConfigMap, metadata: {name: own, namespace: apps}}", "ConfigMap apps/own")]
    [TestCase("{apiVersion: v1, kind: Namespace, metadata: {name: apps}}", "Namespace apps")]
    [TestCase("{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: own, namespace: apps}}", "NetworkPolicy apps/own")]
    [TestCase("{apiVersion: v1, kind: ConfigMap, metadata: {name: own, namespace: kube-system}}", null)]
    [TestCase("{apiVersion: monitoring.coreos.com/v1, kind: Probe, metadata: {name: own, namespace: kube-system}}", null)]
    [TestCase("{apiVersion: kustomize.toolkit.fluxcd.io/v1, kind: Kustomization, metadata: {name: own, namespace: flux-system}, spec: "
        + "{interval: 10m, prune: true, path: ./kubernetes/overlays/ulm/apps, sourceRef: {kind: GitRepository, name: platform}}}", null)]
    [TestCase("{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: own}}", null)]
    public async Task An_object_outside_of_the_rights_of_the_account_is_found(string manifest, string? refused)
    {
        using var folder = new TemporaryFolder();
        folder.Write("platform.yaml", Definition);
        folder.Write("kubernetes/overlays/ulm/kustomization.yaml", "resources: [own.yaml]\n");
        folder.Write("kubernetes/overlays/ulm/own.yaml", manifest + "\n");
        folder.Write("kubernetes/overlays/ulm/apps/kustomization.yaml", "resources: [own.yaml]\n");
        folder.Write("kubernetes/overlays/ulm/apps/own.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: deep, namespace: a}}\n");
        (await Verb.Run("generate", "-f", folder.Path)).ExitCode.ShouldBe(0);

        var output = (await Verb.Run("lint", "-f", folder.Path)).Output;

        if (refused is null)
        {
            output.ShouldNotContain("account-without-rights");
        }
        else
        {
            output.ShouldContain("kubernetes/overlays/ulm/own.yaml:1:");
            output.ShouldContain($"account-without-rights: cluster-ulm-overlays acts as the ServiceAccount dns-flux, which may not write "
                + $"{refused}: Flux is refused for the whole layer.");
        }
    }
}
