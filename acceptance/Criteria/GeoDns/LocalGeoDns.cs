using PlatformGitOps.Acceptance.Criteria.ExternalDns;
using PlatformGitOps.Dns.Wire;
using PlatformGitOps.Generator.Apps.GeoDns;
using PlatformGitOps.Generator.Emission;
using PlatformGitOps.Generator.Flux;

namespace PlatformGitOps.Acceptance.Criteria.GeoDns;

/// <summary>
/// A server of geographic DNS on this machine, from the generated tree: the real CoreDNS with its Corefile and the real writer with its
/// config and RBAC, with a real API server. Only ports and folders differ; regions and clients have loopback addresses.
/// </summary>
internal sealed class LocalGeoDns : IDisposable
{
    public const string Zone = "geo.example.com";

    /// <summary>A range of the definition and its replacement: definitions refuse loopback addresses.</summary>
    private const string Office = "10.32.0.0/12";
    private const string LocalOffice = "127.32.0.0/16";
    private const string Office6 = "2001:db8:32::/48";
    private const string LocalOffice6 = "::1/128";

    private readonly string folder = RunSession.NewFolder("geo");
    private readonly List<LocalProgram> programs = [];
    private readonly int port = LocalProgram.FreePort();
    private LocalProgram? writer;

    private LocalGeoDns()
    {
    }

    /// <summary>A database with both address families.</summary>
    public static byte[] Places => CityDatabase.Of(
        ("198.51.100.0/24", "US", "NA"), ("203.0.113.0/24", "FR", "EU"), ("192.0.2.0/24", "GB", "EU"), ("100.64.0.0/10", "JP", "AS"),
        ("2001:db8:100::/48", "US", "NA"), ("2001:db8:200::/48", "FR", "EU"));

    /// <summary>The objects that the tree delivers to the cluster.</summary>
    public IReadOnlyList<Resource> Objects { get; private init; } = [];

    public bool WriterRuns => writer?.Runs == true;

    public string WriterOutput => writer?.Output ?? "";

    /// <param name="policy">The zone's policy.</param>
    public static IReadOnlyList<Resource> Delivered(string policy)
    {
        var text = $$"""
            repository: { url: https://github.com/example/platform.git }
            defaults:
              geoRouting:
                enabled: true
                zone: {{Zone}}
                image: "registry.example.com/dns-health-controller:1.0.0"
                database: { image: "registry.example.com/geoip:2026.11" }
                policy: {{policy}}
                regions:
                  - { name: us, clusters: [apps], continents: [NA] }
                  - name: eu
                    clusters: [infra]
                    networks: [{{Office}}, "{{Office6}}"]
                    countries: [GB]
                    continents: [EU]
                    servers: [203.0.113.53]
            clusters:
              - { name: infra, network: { pods: 10.244.0.0/16, services: 10.245.0.0/16 } }
              - { name: apps, network: { pods: 10.246.0.0/16, services: 10.247.0.0/16 } }
            """;
        var platform = PlatformText.Read("platform.yaml", Encoding.UTF8.GetBytes(text)) switch
        {
            PlatformReading.Valid valid => valid.Platform,
            PlatformReading.Invalid invalid => throw new InvalidDataException(string.Join('\n', invalid.Findings)),
            _ => throw new InvalidDataException(text),
        };
        var layer = new FluxTree(SourceTree.Of(Tree.Build(platform))).Cluster("infra", strict: true).Layers
            .Single(found => found.Name == $"cluster-infra-{GeoDnsNames.Name}");
        layer.BuildFindings.ShouldBeEmpty();
        return [.. layer.Built.Select(resource => YamlDocuments.Document(resource.Body))];
    }

    /// <param name="change">Changes the Corefile, for a sabotage.</param>
    /// <param name="places">The database.</param>
    public static async Task<LocalGeoDns> Start(
        LocalApiServer server, string coreDns, string controller, string policy, Func<string, string>? change, byte[] places,
        CancellationToken cancellationToken)
    {
        var local = new LocalGeoDns { Objects = Delivered(policy) };
        foreach (var resource in local.Objects.Where(resource => resource.Kind is "ServiceAccount" or "ClusterRole" or "ClusterRoleBinding"
            or "Role" or "RoleBinding" or "ConfigMap" or "Lease"))
        {
            await server.Api.Apply(ResourceKind.Of(resource), resource, cancellationToken);
        }

        var config = local.Objects.Single(resource => resource.Kind == "ConfigMap" && resource.Map("data").Count > 0).Map("data");
        local.StartCoreDns(coreDns, (change ?? (text => text))(config[GeoDnsNames.Corefile]), places);
        await File.WriteAllTextAsync(local.In(GeoDnsNames.WriterConfig), config[GeoDnsNames.WriterConfig]
            .Replace("probes:\n", "probes:\n  allowLoopback: true\n"), cancellationToken);
        local.StartWriter(controller, server.ConfigByToken(GeoDnsNames.Name));
        return local;
    }

    public void StopWriter()
    {
        programs.Remove(writer!);
        writer!.Dispose();
    }

    /// <summary>The addresses of a name in the order of the answer.</summary>
    /// <param name="source">The client's own address.</param>
    /// <param name="subnet">The client subnet (EDNS) of the query.</param>
    public async Task<IReadOnlyList<string>> Ask(
        string name, CancellationToken cancellationToken, string source = "127.0.0.1", string? subnet = null,
        RecordType? type = null)
    {
        var answer = await Query($"{name}.{Zone}", cancellationToken, source, subnet, type);
        return answer.ResponseCode == ResponseCode.NoError
            ? [.. answer.Answers.Select(record => record.Data.ToString()!)] : [answer.ResponseCode.ToString()];
    }

    public async Task<DnsMessage> Query(
        string name, CancellationToken cancellationToken, string source = "127.0.0.1", string? subnet = null,
        RecordType? type = null)
    {
        var edns = subnet is null ? new Edns() : new Edns().With(ClientSubnet.Parse(subnet).ToOption());
        var question = new Question(DnsName.Parse(name), type ?? RecordType.A);
        var query = DnsMessage.Query((ushort)RandomNumberGenerator.GetInt32(65536), question, edns);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(2));
        var client = IPAddress.Parse(source);
        using var socket = new Socket(client.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.Bind(new IPEndPoint(client, 0));
            var server = client.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Loopback : IPAddress.IPv6Loopback;
            await socket.ConnectAsync(new IPEndPoint(server, port), limit.Token);
            await socket.SendAsync(MessageWriter.Write(query).AsMemory(), limit.Token);
            var buffer = new byte[4096];
            return MessageReader.Read(buffer.AsSpan(0, await socket.ReceiveAsync(buffer, limit.Token)));
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException
            && !cancellationToken.IsCancellationRequested)
        {
            throw new NotYetException($"CoreDNS does not answer ({exception.GetType().Name}): {programs[0].Output}");
        }
    }

    public void Dispose()
    {
        programs.ForEach(program => program.Dispose());
        Directory.Delete(folder, recursive: true);
    }

    private string In(string file) => Path.Combine(folder, file);

    private void StartCoreDns(string program, string corefile, byte[] places)
    {
        var database = In(GeoDnsNames.DatabaseFile);
        File.WriteAllBytes(database, places);
        var text = corefile
            .Replace($"{Zone}:{GeoDnsNames.DnsPort} ",
                $"{Zone}:{port} ")
            .Replace($"{GeoDnsNames.DatabaseFolder}/{GeoDnsNames.DatabaseFile}", database)
            .Replace(GeoDnsNames.ZonesFolder, In("zones"))
            .Replace(Office, LocalOffice)
            .Replace(Office6, LocalOffice6);
        foreach (var used in new[] { GeoDnsNames.HealthPort, GeoDnsNames.ReadyPort, GeoDnsNames.ServerMetricsPort })
        {
            text = text.Replace($" :{used}",
                $" 127.0.0.1:{LocalProgram.FreePort()}");
        }

        File.WriteAllText(In(GeoDnsNames.Corefile), text);
        programs.Add(LocalProgram.Start(program, ["-conf", In(GeoDnsNames.Corefile)], folder));
    }

    private void StartWriter(string controller, string kubeconfig)
    {
        writer = LocalProgram.Start("dotnet",
        [
            controller, "geo", "--config", In(GeoDnsNames.WriterConfig), "--folder", In("zones"), "--kubeconfig", kubeconfig,
            "--port", LocalProgram.FreePort().ToString(CultureInfo.InvariantCulture),
        ], folder);
        programs.Add(writer);
    }
}

/// <summary>The published addresses of two regions: TCP servers on loopback addresses with the same port.</summary>
internal sealed class LocalRegions : IDisposable
{
    public const string Eu = "127.51.0.1";
    public const string Us = "127.52.0.1";

    /// <summary>The IPv6 address of <see cref="Eu"/>; IPv6 has only one loopback address.</summary>
    public const string Eu6 = "::1";

    private readonly Dictionary<string, TcpListener> up = [];

    public int Port { get; } = LocalProgram.FreePort();

    public void Start(params IEnumerable<string> addresses)
    {
        foreach (var address in addresses.Where(address => !up.ContainsKey(address)))
        {
            var listener = new TcpListener(IPAddress.Parse(address), Port);
            listener.Server.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            listener.Start();
            up[address] = listener;
        }
    }

    public void Stop(params IEnumerable<string> addresses)
    {
        foreach (var address in addresses)
        {
            if (up.Remove(address, out var listener))
            {
                listener.Dispose();
            }
        }
    }

    /// <summary>A Service in a region, with further annotations.</summary>
    public Resource Service(string name, string region, string address, params (string Key, string Value)[] also) => new(new JsonObject
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Service",
        ["metadata"] = new JsonObject
        {
            ["name"] = name,
            ["namespace"] = "default",
            ["labels"] = new JsonObject { ["test"] = "geo" },
            ["annotations"] = new JsonObject(
                new[] { ("hostname", $"api.{LocalGeoDns.Zone}"), ("region", region), ("addresses", address) }.Concat(also)
                    .Select(pair => KeyValuePair.Create($"dns.aikernel.io/geo-{pair.Item1}", (JsonNode?)pair.Item2))),
        },
        ["spec"] = new JsonObject { ["ports"] = new JsonArray(new JsonObject { ["port"] = Port }) },
    });

    public void Dispose() => Stop([.. up.Keys]);
}
