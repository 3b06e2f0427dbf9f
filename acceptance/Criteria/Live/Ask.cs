namespace PlatformGitOps.Acceptance.Criteria.Live;

/// <summary>Queries names from inside of a pod: with its C library, and in a prober also directly over UDP and TCP.</summary>
public static class Ask
{
    /// <summary>The client with direct queries, for types and TTLs that a C library does not return.</summary>
    public const string ByHand = "client-glibc";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>Queries from the pod; returns one answer for each method. The default type is A (<c>name/TYPE</c>).</summary>
    public static async Task<IReadOnlyList<DnsAnswer>> From(
        LiveCluster cluster, string pod, string name, CancellationToken cancellationToken, params IReadOnlyList<string> options)
    {
        var result = await cluster.Api.Exec(ClientPods.Namespace, pod, null, ["/prober", "resolve", name, .. options], cancellationToken);
        var answers = Read(result.Output);
        return answers.Count > 0 ? answers : throw new NotYetException($"{pod} could not query {name}: {result.Error}");
    }

    /// <summary>The prober's output: one answer on each line.</summary>
    internal static IReadOnlyList<DnsAnswer> Read(string output) =>
        [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize<DnsAnswer>(line, Json)!)];

    /// <summary>Every method of every client returns exactly these answers.</summary>
    public static async Task Expect(LiveCluster cluster, string name, IReadOnlyList<string> expected, CancellationToken cancellationToken)
    {
        foreach (var client in await Clients(cluster, cancellationToken))
        {
            await ExpectFrom(cluster, client, name, expected, cancellationToken);
        }
    }

    /// <summary>Every method of every client returns one or more of these answers and no other.</summary>
    public static async Task ExpectAmong(
        LiveCluster cluster, string name, IReadOnlyList<string> allowed, CancellationToken cancellationToken)
    {
        foreach (var client in await Clients(cluster, cancellationToken))
        {
            await Answered(
                cluster, client, name, answer => Sorted(answer.Answers).Except(Sorted(allowed)).ShouldBeEmpty($"{client}: {answer}"),
                cancellationToken);
        }
    }

    public static Task ExpectFrom(
        LiveCluster cluster, string pod, string name, IReadOnlyList<string> expected, CancellationToken cancellationToken) =>
        Answered(
            cluster, pod, Typed(name, expected), answer => Sorted(answer.Answers).ShouldBe(Sorted(expected), $"{pod}: {answer}"),
            cancellationToken);

    /// <summary>With type AAAA if all expected answers are IPv6 addresses and the name has no type.</summary>
    private static string Typed(string name, IReadOnlyList<string> expected) =>
        !name.Contains('/') && expected.Count > 0 && expected.All(text =>
            IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6) ? $"{name}/AAAA" : name;

    private static Task Answered(
        LiveCluster cluster, string pod, string name, Action<DnsAnswer> judge, CancellationToken cancellationToken) => Eventually.Within(
        TimeSpan.FromSeconds(20),
        async token =>
        {
            foreach (var answer in await From(cluster, pod, name, token))
            {
                answer.Outcome.ShouldBe("ok", $"{pod}: {answer}");
                judge(answer);
                Evidence.EvidenceLog.Observed($"{pod}: {answer}");
            }
        },
        $"{name} resolves in {pod}",
        cancellationToken);

    /// <summary>The running clients: with glibc, and with musl if its image is available.</summary>
    public static async Task<IReadOnlyList<string>> Clients(LiveCluster cluster, CancellationToken cancellationToken)
    {
        await ClientPods.Ensure(cluster, cancellationToken);
        var pods = await cluster.Api.List(ResourceKind.Pod, ClientPods.Namespace, null, cancellationToken);
        return [.. pods.Select(pod => pod.Name).Where(ClientPods.Images.ContainsKey)];
    }

    private static IEnumerable<string> Sorted(IEnumerable<string> names) =>
        names.Select(name => name.TrimEnd('.')).Order(StringComparer.Ordinal);
}

/// <summary>One answer, as printed by the prober.</summary>
/// <param name="Via">system (getaddrinfo of the C library), udp or tcp.</param>
/// <param name="Outcome">ok, nodata, nxdomain, servfail, timeout ...</param>
/// <param name="Ttl">In seconds: the smallest TTL of the answers, or of the SOA in a negative answer.</param>
public sealed record DnsAnswer(
    string Name, string Type, string Via, string Outcome, IReadOnlyList<string> Answers, IReadOnlyList<string>? Aliases, long? Ttl,
    string? Problem)
{
    /// <summary>The pod of CoreDNS that answered; null from a C library, or a server without an identifier.</summary>
    public string? By { get; init; }

    public override string ToString() =>
        $"{Name}/{Type} via {Via}: {Outcome} [{string.Join(", ", Answers)}]{(Problem is null ? "" : $" ({Problem})")}";
}
