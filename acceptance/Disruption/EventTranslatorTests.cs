using System.Text.Json.Nodes;
using PlatformGitOps.Acceptance.Clusters;
using PlatformGitOps.Acceptance.Resources;

namespace PlatformGitOps.Acceptance.Disruption;

public sealed class EventTranslatorTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;

    [Test]
    public void What_is_there_at_first_did_not_just_happen() =>
        Translate(Pod(ready: true), Node(ready: true, cordoned: true), Slice("10.244.1.2")).ShouldBeEmpty();

    [Test]
    public void A_pod_becomes_ready_is_deleted_and_is_gone() =>
        Translate(Pod(ready: false), Pod(ready: true), Pod(ready: true), Pod(ready: true, deleted: true), Pod(ready: false, deleted: true),
            Gone(Pod(ready: false, deleted: true)))
            .ShouldBe([(ClusterEventKind.PodReady, "coredns-1"), (ClusterEventKind.PodDeleted, "coredns-1"),
                (ClusterEventKind.PodGone, "coredns-1")]);

    [Test]
    public void Endpoints_come_and_go() =>
        Translate(Slice("10.244.1.2", "10.244.2.2"), Slice("10.244.2.2", "10.244.3.2")).ShouldBe(
            [(ClusterEventKind.EndpointRemoved, "10.244.1.2"), (ClusterEventKind.EndpointAdded, "10.244.3.2")]);

    [Test]
    public void A_node_is_cordoned_lost_and_found() =>
        Translate(Node(ready: true), Node(ready: true, cordoned: true), Node(ready: false, cordoned: true), Node(ready: true)).ShouldBe(
            [(ClusterEventKind.NodeCordoned, "worker"), (ClusterEventKind.NodeNotReady, "worker"), (ClusterEventKind.NodeReady, "worker")]);

    private static IEnumerable<(ClusterEventKind, string)> Translate(params ResourceChange[] changes)
    {
        var translator = new EventTranslator();
        return changes.SelectMany(change => translator.Next(change, Now)).Select(e => (e.Kind, e.Subject)).ToList();
    }

    private static ResourceChange Gone(ResourceChange change) => change with { Kind = ResourceChangeKind.Deleted };

    private static ResourceChange Pod(bool ready, bool deleted = false) => Change($$"""
        {
          "kind": "Pod",
          "metadata": {"name": "coredns-1", "namespace": "kube-system"
            {{(deleted ? ", \"deletionTimestamp\": \"2026-01-01T00:00:00Z\"" : "")}}},
          "status": {{Ready(ready)}}
        }
        """);

    private static ResourceChange Node(bool ready, bool cordoned = false) => Change($$"""
        {
          "kind": "Node",
          "metadata": {"name": "worker"},
          "spec": {"unschedulable": {{(cordoned ? "true" : "false")}}},
          "status": {{Ready(ready)}}
        }
        """);

    private static ResourceChange Slice(params string[] addresses) => Change($$"""
        {
          "kind": "EndpointSlice",
          "metadata": {"name": "kube-dns-x", "namespace": "kube-system"},
          "endpoints": [{{string.Join(',', addresses.Select(a => $$$"""{"addresses": ["{{{a}}}"], "conditions": {"ready": true}}"""))}}]
        }
        """);

    private static string Ready(bool ready) => $$"""{"conditions":[{"type":"Ready","status":"{{(ready ? "True" : "False")}}"}]}""";

    private static ResourceChange Change(string json) => new(ResourceChangeKind.Modified, new Resource((JsonObject)JsonNode.Parse(json)!));
}
