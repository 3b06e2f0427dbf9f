using System.Collections.Concurrent;
using System.Globalization;
using PlatformGitOps.Acceptance.Clusters;
using PlatformGitOps.Acceptance.Criteria.Live;
using PlatformGitOps.Acceptance.Disruption;
using PlatformGitOps.Acceptance.Resources;
using PlatformGitOps.Acceptance.Waiting;

namespace PlatformGitOps.Acceptance.Adoption;

/// <summary>
/// A Service and its EndpointSlices, change by change. They are several objects, and a kube-proxy may look between any two changes; it
/// finds what is behind a port by the port's name. Whether one did look just then is luck, which no measurement of queries can be left to.
/// </summary>
/// <param name="Before">As they were when the first change was awaited.</param>
/// <param name="Changes">In whatever order they were heard of.</param>
public sealed record ServiceHistory(IReadOnlyList<Resource> Before, IReadOnlyCollection<ResourceChange> Changes)
{
    /// <summary>After which changes a port of the Service had no ready endpoint of its name.</summary>
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
                    $"after {change.Resource.Kind} {change.Resource.Name} was {change.Kind.ToString().ToLowerInvariant()} (resource version {Version(change.Resource)}) nothing ready is behind the port {port}"));
                open = unserved;
            }

            return gaps;
        }
    }

    /// <summary>Watches the Service and its slices while something is done.</summary>
    public static async Task<ServiceHistory> While(
        LiveCluster cluster, ResourceAddress service, Func<CancellationToken, Task> something, CancellationToken cancellationToken)
    {
        var changes = new ConcurrentQueue<ResourceChange>();
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var slices = $"kubernetes.io/service-name={service.Name}";
        var watchers = Task.WhenAll(
            EventWatch.Follow(cluster, service.Kind, service.Namespace, null, Tell, watching.Token),
            EventWatch.Follow(cluster, ResourceKind.EndpointSlice, service.Namespace, slices, Tell, watching.Token));
        try
        {
            await Eventually.Within(
                TimeSpan.FromSeconds(30),
                _ =>
                {
                    changes.Select(change => change.Resource.Kind).Distinct().Count().ShouldBe(2, "kinds heard of");
                    return Task.CompletedTask;
                },
                $"{service} and its endpoint slices are watched",
                cancellationToken);
            IReadOnlyList<Resource> before =
                [await cluster.Require(service, cancellationToken), .. await cluster.Api.List(ResourceKind.EndpointSlice, service.Namespace, slices, cancellationToken)];
            await something(cancellationToken);
            return new ServiceHistory(before, changes);
        }
        finally
        {
            await watching.CancelAsync();
            await watchers;
        }

        void Tell(ResourceChange change)
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
    private static ulong Version(Resource resource) => ulong.Parse(resource.Text("metadata.resourceVersion")!, CultureInfo.InvariantCulture);
}
