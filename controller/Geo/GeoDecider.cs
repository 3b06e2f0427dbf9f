using System.Collections.Immutable;

namespace PlatformGitOps.Controller.Geo;

/// <summary>The answer for a name.</summary>
/// <param name="Hostname">In lower case, without a trailing dot.</param>
/// <param name="Views">The addresses by view: a region's name, or <see cref="ZoneText.DefaultView"/>.</param>
/// <param name="Weights">The weight of each address, from 1; empty if all are equal.</param>
/// <param name="FailsOpen">True if no address is healthy, so that all are answered.</param>
internal sealed record GeoAnswer(
    string Hostname,
    ImmutableDictionary<string, ImmutableArray<IPAddress>> Views,
    ImmutableArray<(IPAddress Address, int Weight)> Weights,
    bool FailsOpen);

/// <summary>All answers, sorted by name, and the Services without an answer.</summary>
internal sealed record GeoAnswers(ImmutableArray<GeoAnswer> Names, ImmutableArray<(ObjectName Service, string Problem)> Problems);

/// <summary>Pure function: from annotated Services and the health of their addresses to the answers of each view.</summary>
internal static class GeoDecider
{
    public static GeoAnswers Decide(GeoOptions options, IEnumerable<GeoService> services, Func<GeoTarget, TargetVerdict> verdict)
    {
        var answers = ImmutableArray.CreateBuilder<GeoAnswer>();
        var problems = ImmutableArray.CreateBuilder<(ObjectName, string)>();
        foreach (var name in services.GroupBy(service => service.Hostname).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            var claims = name.OrderBy(service => service.Created)
                .ThenBy(service => service.Name.ToString(), StringComparer.Ordinal).ToArray();
            // A user who may annotate a Service must not take over a name of another team.
            var owner = claims[0].Name.Namespace;
            foreach (var other in claims.Where(service => service.Name.Namespace != owner))
            {
                problems.Add((other.Name, $"{name.Key} belongs to the namespace {owner}, whose Service {claims[0].Name} is older"));
            }

            var own = claims.Where(service => service.Name.Namespace == owner).ToArray();
            var policies = own.Select(service => service.Policy).OfType<GeoPolicy>().Distinct().ToArray();
            if (policies.Length > 1)
            {
                problems.Add((own[^1].Name, $"the Services of {name.Key} name several policies, and the oldest decides: {policies[0]}"));
            }

            if (Answer(options, name.Key, own, policies.Length > 0 ? policies[0] : options.Policy, verdict) is { } answer)
            {
                answers.Add(answer);
            }
        }

        return new GeoAnswers(answers.ToImmutable(), problems.ToImmutable());
    }

    private static GeoAnswer? Answer(
        GeoOptions options, string hostname, GeoService[] services, GeoPolicy policy, Func<GeoTarget, TargetVerdict> verdict)
    {
        var all = services.SelectMany(service => service.Targets.Select(target => new Candidate(service, target.Address.Address, target)))
            // An address of two Services is in both regions; in each it is healthy if one of its probes is.
            .GroupBy(candidate => (candidate.Service.Region, candidate.Address))
            .Select(group => group.OrderBy(candidate => verdict(candidate.Target) == TargetVerdict.Healthy ? 0 : 1).First()).ToArray();
        if (all.Length == 0)
        {
            return null;
        }

        var healthy = all.Where(candidate => verdict(candidate.Target) == TargetVerdict.Healthy).ToArray();
        var candidates = healthy.Length > 0 ? healthy : all;
        var views = ZoneText.Views(options).ToImmutableDictionary(
            view => view, view => Addresses(Chosen(options, policy, options.Find(view)?.Order, candidates)));
        var weights = all.Where(candidate => candidate.Service.Weight > 0)
            .Select(candidate => (candidate.Address, candidate.Service.Weight)).DistinctBy(pair => pair.Address)
            .OrderBy(pair => pair.Address, ByOctets.Order).ToImmutableArray();
        return new GeoAnswer(
            hostname, views, weights.DistinctBy(pair => pair.Weight).Count() > 1 ? weights : [], FailsOpen: healthy.Length == 0);
    }

    private static Candidate[] Chosen(
        GeoOptions options, GeoPolicy policy, IReadOnlyList<string>? nearest, Candidate[] candidates) => policy switch
        {
            GeoPolicy.Weighted => WithWeight(candidates),
            GeoPolicy.Priority => WithWeight(Lowest(candidates)),
            GeoPolicy.Latency => FirstRegion(nearest ?? Declared(options), candidates),
            _ => FirstRegion(Declared(options), candidates),
        };

    private static string[] Declared(GeoOptions options) => [.. options.Regions.Select(region => region.Name)];

    private static Candidate[] FirstRegion(IEnumerable<string> order, Candidate[] candidates) =>
        WithWeight(Lowest(order.Select(region => candidates.Where(candidate => candidate.Service.Region == region).ToArray())
            .First(found => found.Length > 0)));

    private static Candidate[] Lowest(Candidate[] candidates)
    {
        var lowest = candidates.Min(candidate => candidate.Service.Priority);
        return [.. candidates.Where(candidate => candidate.Service.Priority == lowest)];
    }

    /// <summary>Weight 0 removes an address while others have a weight.</summary>
    private static Candidate[] WithWeight(Candidate[] candidates) =>
        candidates.Where(candidate => candidate.Service.Weight > 0).ToArray() is { Length: > 0 } some ? some : candidates;

    private static ImmutableArray<IPAddress> Addresses(IEnumerable<Candidate> candidates) =>
        [.. candidates.Select(candidate => candidate.Address).Distinct().Order(ByOctets.Order)];

    private sealed record Candidate(GeoService Service, IPAddress Address, GeoTarget Target);

    /// <summary>IPv4 before IPv6.</summary>
    private sealed class ByOctets : IComparer<IPAddress>
    {
        public static readonly ByOctets Order = new();

        public int Compare(IPAddress? x, IPAddress? y)
        {
            var (one, other) = (x!.GetAddressBytes(), y!.GetAddressBytes());
            return one.Length == other.Length ? one.AsSpan().SequenceCompareTo(other) : one.Length - other.Length;
        }
    }
}
