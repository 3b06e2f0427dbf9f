using PlatformGitOps.Acceptance.Resources;

namespace PlatformGitOps.Acceptance.Adapters;

public sealed class ContainerK3sServerTests
{
    // As k3s v1.32 writes it, certificates left out.
    private const string Written =
        """
        apiVersion: v1
        clusters:
        - cluster:
            server: https://127.0.0.1:6443
          name: default
        contexts:
        - context:
            cluster: default
            user: default
          name: default
        current-context: default
        kind: Config
        """;

    [Test]
    public void The_kubeconfig_leads_to_the_published_port()
    {
        var config = YamlDocuments.Resources(ContainerK3sServer.Reachable(Written, 32769)).Single();
        config.Text("clusters[0].cluster.server").ShouldBe("https://127.0.0.1:32769");
        config.Text("contexts[0].name").ShouldBe("default", "the context that the provider uses");
    }

    [Test]
    public void A_kubeconfig_that_leads_elsewhere_is_refused_and_not_used_as_it_is() =>
        Should.Throw<InvalidOperationException>(() => ContainerK3sServer.Reachable(Written.Replace("127.0.0.1", "10.0.0.1", StringComparison.Ordinal), 32769))
            .Message.ShouldContain("10.0.0.1:6443");
}
