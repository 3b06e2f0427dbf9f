namespace PlatformGitOps.Acceptance.Adoption;

/// <summary>
/// The history of a Service and its EndpointSlices. A kube-proxy can read the objects between any two changes, and finds endpoints by the
/// port's name. A measurement of queries would only find such a gap by chance.
/// </summary>
/// <param name="Before">The objects before the first change.</param>
/// <param name="Changes">In any order.</param>
public sealed record ServiceHistory(IReadOnlyList<Resource> Before, IReadOnlyCollection<ResourceChange> Changes)
{
    /// <summary>The changes after which a port of the Service had no ready endpoint of its name.</summary>
    public IReadOnlyList<string> Gaps
    {
        get
        {
            var state = Before.ToDictionary(Key);
            var known = Before.Max(Version);
            var gaps = new List<string>();
            IReadOnlySet<string> open = new HashSet<string>();
            foreach (var change in Changes.Where(change => Version(change.Resource) > known).OrderBy(change => Version(change.Resource)))
            {
                if (change.Kind == ResourceChangeKind.Deleted)
                {
                    state.Remove(Key(change.Resource));
                }
                else
                {
                    state[Key(change.Resource)] = change.Resource;
                }

                var unserved = Unserved([.. state.Values]);
                gaps.AddRange(unserved.Except(open).Select(port =>
                    $"after {change.Resource.Kind} {change.Resource.Name} was {change.Kind.ToString().ToLowerInvariant()} (resource " +
                        $"version {Version(change.Resource)}) nothing ready is behind the port {port}"));
                open = unserved;
            }

            return gaps;
        }
    }

    /// <summary>Watches the Service and its slices during an action.</summary>
    public static async Task<ServiceHistory> While(
        LiveCluster cluster, ResourceAddress service, Func<CancellationToken, Task> something, CancellationToken cancellationToken)
    {
        var changes = new ConcurrentQueue<ResourceChange>();
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var slices = $"kubernetes.io/service-name={service.Name}";
        var watchers = Task.WhenAll(
            EventWatch.Follow(cluster, service.Kind, service.Namespace, null, Report, watching.Token),
            EventWatch.Follow(cluster, ResourceKind.EndpointSlice, service.Namespace, slices, Report, watching.Token));
        try
        {
            await Eventually.Within(
                TimeSpan.FromSeconds(30),
                () => changes.Select(change => change.Resource.Kind).Distinct().Count().ShouldBe(2, "kinds heard of"),
                $"{service} and its endpoint slices are watched",
                cancellationToken);
            IReadOnlyList<Resource> before =
                [await cluster.Require(service, cancellationToken),
                    .. await cluster.Api.List(ResourceKind.EndpointSlice, service.Namespace, slices, cancellationToken)];
            await something(cancellationToken);
            return new ServiceHistory(before, changes);
        }
        finally
        {
            await watching.CancelAsync();
            await watchers;
        }

        void Report(ResourceChange change)
        {
            if (change.Resource.Kind == ResourceKind.EndpointSlice.Kind || change.Resource.Name == service.Name)
            {
                changes.Enqueue(change);
            }
        }
    }

    private static IReadOnlySet<string> Unserved(IReadOnlyList<Resource> state)
    {
        var served = state.Where(resource => resource.Kind == ResourceKind.EndpointSlice.Kind)
            .Where(slice => slice.Parts("endpoints").Any(endpoint => endpoint.Flag("conditions.ready") != false))
            .SelectMany(slice => slice.Parts("ports"))
            .Select(port => port.Text("name") ?? "")
            .ToHashSet();
        return state.Where(resource => resource.Kind == ResourceKind.Service.Kind)
            .SelectMany(service => service.Parts("spec.ports"))
            .Select(port => port.Text("name") ?? "")
            .Where(port => !served.Contains(port))
            .ToHashSet();
    }

    private static string Key(Resource resource) => $"{resource.Kind}/{resource.Name}";

    /// <summary>etcd counts the changes of all objects together.</summary>
    private static ulong Version(Resource resource) =>
        ulong.Parse(resource.Text("metadata.resourceVersion")!, CultureInfo.InvariantCulture);
}

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
    public void Endpoints_that_are_not_ready_do_not_count() =>
        Gaps(Added(Slice(19, "bridge", ready: false, "dns", "udp-53")), Modified(Service(20, "udp-53"))).Count.ShouldBe(1);

    [Test]
    public void The_order_is_the_servers_not_that_of_two_watches() =>
        Gaps(Modified(Service(20, "udp-53")), Added(Slice(19, "bridge", "dns", "udp-53"))).ShouldBeEmpty();

    [Test]
    public void Events_before_the_start_of_the_watch_are_no_change() => Gaps(Added(Service(10, "dns"))).ShouldBeEmpty();

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
