namespace PlatformGitOps.Acceptance.Criteria.Live;

/// <summary>
/// Queries names from inside a pod: through its C library and, where the client is the prober, directly over UDP and TCP.
/// </summary>
public static class Ask
{
    /// <summary>The client that also queries directly, for types and TTLs that no C library returns.</summary>
    public const string ByHand = "client-glibc";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>Asks from the pod; one answer for each way. A is the type where the name carries none (<c>name/TYPE</c>).</summary>
    public static async Task<IReadOnlyList<DnsAnswer>> From(
        LiveCluster cluster, string pod, string name, CancellationToken cancellationToken, params IReadOnlyList<string> options)
    {
        var result = await cluster.Api.Exec(ClientPods.Namespace, pod, null, ["/prober", "resolve", name, .. options], cancellationToken);
        var answers = Read(result.Output);
        return answers.Count > 0 ? answers : throw new NotYetException($"{pod} could not query {name}: {result.Error}");
    }

    /// <summary>What the prober printed: one answer a line.</summary>
    internal static IReadOnlyList<DnsAnswer> Read(string output) =>
        [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize<DnsAnswer>(line, Json)!)];

    /// <summary>Every way of asking, from every client, gives exactly these answers.</summary>
    public static async Task Expect(LiveCluster cluster, string name, IReadOnlyList<string> expected, CancellationToken cancellationToken)
    {
        foreach (var client in await Clients(cluster, cancellationToken))
        {
            await ExpectFrom(cluster, client, name, expected, cancellationToken);
        }
    }

    /// <summary>Every way of asking, from every client, gives one or more of these answers and no other.</summary>
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

    /// <summary>AAAA is the type where all that is expected are IPv6 addresses and the name carries no type.</summary>
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

    /// <summary>The clients that run: with glibc, and with musl where its image is at hand.</summary>
    public static async Task<IReadOnlyList<string>> Clients(LiveCluster cluster, CancellationToken cancellationToken)
    {
        await ClientPods.Ensure(cluster, cancellationToken);
        var pods = await cluster.Api.List(ResourceKind.Pod, ClientPods.Namespace, null, cancellationToken);
        return [.. pods.Select(pod => pod.Name).Where(ClientPods.Images.ContainsKey)];
    }

    private static IEnumerable<string> Sorted(IEnumerable<string> names) =>
        names.Select(name => name.TrimEnd('.')).Order(StringComparer.Ordinal);
}

/// <summary>One answer as the prober prints it.</summary>
/// <param name="Via">system (getaddrinfo of the C library), udp or tcp.</param>
/// <param name="Outcome">ok, nodata, nxdomain, servfail, timeout ...</param>
/// <param name="Ttl">Seconds: the smallest of the answers, or of the SOA of a negative answer.</param>
public sealed record DnsAnswer(
    string Name, string Type, string Via, string Outcome, IReadOnlyList<string> Answers, IReadOnlyList<string>? Aliases, long? Ttl,
    string? Problem)
{
    public override string ToString() =>
        $"{Name}/{Type} via {Via}: {Outcome} [{string.Join(", ", Answers)}]{(Problem is null ? "" : $" ({Problem})")}";
}
