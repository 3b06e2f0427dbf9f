using System.Net;
using CliWrap;
using CliWrap.Buffered;
using PlatformGitOps.Acceptance.Clusters;
using PlatformGitOps.Acceptance.Resources;
using PlatformGitOps.Generator.Emission;

namespace PlatformGitOps.Acceptance.Delivery;

public sealed class FluxDeliveryTests
{
    private static CancellationToken Token => TestContext.CurrentContext.CancellationToken;

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

    [TestCase(2, "True", "main@sha1:abc", null)]
    [TestCase(2, "True", "main@sha1:0ld", "Kustomization flux-system/cluster-infra is at main@sha1:0ld, not at abc")]
    [TestCase(1, "True", "main@sha1:abc", "Kustomization flux-system/cluster-infra has not seen its change")]
    [TestCase(2, "Unknown", "main@sha1:abc",
        "Kustomization flux-system/cluster-infra: Ready=Unknown Progressing Reconciliation in progress")]
    public void Ready_with_the_commit_before_is_not_delivered(int observed, string ready, string revision, string? why)
    {
        var manifest = $$"""
            apiVersion: kustomize.toolkit.fluxcd.io/v1
            kind: Kustomization
            metadata: { name: cluster-infra, namespace: flux-system, generation: 2 }
            status:
              observedGeneration: {{observed}}
              lastAppliedRevision: {{revision}}
              conditions: [{ type: Ready, status: "{{ready}}", reason: Progressing, message: Reconciliation in progress }]
            """;
        FluxDelivery.NotAt("abc", YamlDocuments.Resources(manifest).Single()).ShouldBe(why);
    }

    [Test]
    public void A_Kustomization_that_is_being_deleted_is_waited_for()
    {
        const string Manifest = """
            apiVersion: kustomize.toolkit.fluxcd.io/v1
            kind: Kustomization
            metadata: { name: cluster-infra, namespace: flux-system, deletionTimestamp: 2026-01-01T00:00:00Z }
            """;
        FluxDelivery.NotAt("abc", YamlDocuments.Resources(Manifest).Single())
            .ShouldBe("Kustomization flux-system/cluster-infra is being deleted");
    }

    [TestCase("127.0.0.1")]
    [TestCase("::1")]
    public async Task Git_clones_what_was_published_last_and_a_wrong_request_is_answered(string address)
    {
        await Require.Program("git", Token);
        Assume.That(address != "::1" || Require.HasIPv6, "this machine has no IPv6 loopback address");
        var folder = Directory.CreateTempSubdirectory("git-server-").FullName;
        await using (var server = await GitServer.Start(IPAddress.Parse(address), folder, Token))
        {
            await server.Publish("infra", [new GeneratedFile("old.yaml", "a: 1\n")], Token);
            var commit = await server.Publish("infra", [new GeneratedFile("kubernetes/new.yaml", "b: 2\n")], Token);

            var clone = Path.Combine(folder, "clone");
            await Cli.Wrap("git").WithArguments(["clone", "--quiet", server.Url("infra"), clone]).ExecuteBufferedAsync(Token);
            var head = await Cli.Wrap("git").WithArguments(["-C", clone, "rev-parse", "HEAD"]).ExecuteBufferedAsync(Token);
            head.StandardOutput.Trim().ShouldBe(commit);
            File.Exists(Path.Combine(clone, "old.yaml")).ShouldBeFalse();
            (await File.ReadAllTextAsync(Path.Combine(clone, "kubernetes", "new.yaml"), Token)).ShouldBe("b: 2\n");

            using var client = new HttpClient();
            using var answer = await client.GetAsync(new Uri(server.Url("nobody") + "/info/refs"), Token);
            answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        }

        Directory.Delete(folder, recursive: true);
    }
}
