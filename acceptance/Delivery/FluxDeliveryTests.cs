using PlatformGitOps.Acceptance.Resources;

namespace PlatformGitOps.Acceptance.Delivery;

public sealed class FluxDeliveryTests
{
    [Test]
    public void Source_controller_needs_no_cluster_dns()
    {
        const string Manifest = """
            apiVersion: apps/v1
            kind: Deployment
            metadata: { name: source-controller, namespace: flux-system }
            spec:
              template:
                spec:
                  containers:
                    - name: manager
                      args: [--events-addr=, --storage-adv-addr=source-controller.$(RUNTIME_NAMESPACE).svc.cluster.local.]
                      env: [{ name: RUNTIME_NAMESPACE, value: x }]
            """;
        var pod = FluxDelivery.WithoutDns(YamlDocuments.Resources(Manifest)).Single().Part("spec.template.spec")!;
        pod.Text("dnsPolicy").ShouldBe("Default");
        pod.Texts("containers[0].args").ShouldBe(["--events-addr=", "--storage-adv-addr=$(POD_IP):9090"]);
        pod.Parts("containers[0].env").Select(entry => entry.Text("name")).ShouldBe(["RUNTIME_NAMESPACE", "POD_IP"]);
    }
}
