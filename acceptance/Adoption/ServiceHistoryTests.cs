using PlatformGitOps.Acceptance.Clusters;
using PlatformGitOps.Acceptance.Resources;

namespace PlatformGitOps.Acceptance.Adoption;

public sealed class ServiceHistoryTests
{
    private static readonly Resource[] Before = [Service(10, "dns"), Slice(12, "old", "dns")];

    [Test]
    public void Ports_that_are_renamed_before_their_endpoints_are_a_gap() =>
        Gaps(Modified(Service(20, "udp-53")), Added(Slice(21, "new", "udp-53")), Deleted(Slice(22, "old", "dns"))).ShouldHaveSingleItem()
            .ShouldBe("after Service kube-dns was modified (resource version 20) nothing ready is behind the port udp-53");

    [Test]
    public void Endpoints_under_both_names_bridge_it() =>
        Gaps(
            Added(Slice(19, "bridge", "dns", "udp-53")), Modified(Service(20, "udp-53")), Deleted(Slice(21, "old", "dns")),
            Added(Slice(22, "new", "udp-53")), Deleted(Slice(23, "bridge", "dns", "udp-53"))).ShouldBeEmpty();

    [Test]
    public void A_bridge_that_goes_too_early_is_a_gap() =>
        Gaps(
            Added(Slice(19, "bridge", "dns", "udp-53")), Modified(Service(20, "udp-53")), Deleted(Slice(21, "bridge", "dns", "udp-53")),
            Added(Slice(22, "new", "udp-53"))).ShouldHaveSingleItem().ShouldContain("EndpointSlice bridge was deleted");

    [Test]
    public void Endpoints_that_are_not_ready_are_behind_nothing() =>
        Gaps(Added(Slice(19, "bridge", ready: false, "dns", "udp-53")), Modified(Service(20, "udp-53"))).Count.ShouldBe(1);

    [Test]
    public void The_order_is_the_servers_not_that_in_which_two_watches_told() =>
        Gaps(Modified(Service(20, "udp-53")), Added(Slice(19, "bridge", "dns", "udp-53"))).ShouldBeEmpty();

    [Test]
    public void What_a_watch_tells_of_the_time_before_is_no_change() => Gaps(Added(Service(10, "dns"))).ShouldBeEmpty();

    private static IReadOnlyList<string> Gaps(params ResourceChange[] changes) => new ServiceHistory(Before, changes).Gaps;

    private static ResourceChange Added(Resource resource) => new(ResourceChangeKind.Added, resource);

    private static ResourceChange Modified(Resource resource) => new(ResourceChangeKind.Modified, resource);

    private static ResourceChange Deleted(Resource resource) => new(ResourceChangeKind.Deleted, resource);

    private static Resource Service(int version, string port) => YamlDocuments.Resources(
        $$"""
        apiVersion: v1
        kind: Service
        metadata: {name: kube-dns, resourceVersion: "{{version}}"}
        spec: {ports: [{name: {{port}}, port: 53}]}
        """).Single();

    private static Resource Slice(int version, string name, params string[] ports) => Slice(version, name, ready: true, ports);

    private static Resource Slice(int version, string name, bool ready, params string[] ports) => YamlDocuments.Resources(
        $$"""
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata: {name: {{name}}, resourceVersion: "{{version}}"}
        ports: [{{string.Join(", ", ports.Select(port => $"{{name: {port}, port: 53}}"))}}]
        endpoints:
          - addresses: [10.0.0.1]
            conditions: {ready: {{(ready ? "true" : "false")}} }
        """).Single();
}
