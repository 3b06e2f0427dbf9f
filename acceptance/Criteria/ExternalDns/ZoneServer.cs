using PlatformGitOps.Dns.Client;

namespace PlatformGitOps.Acceptance.Criteria.ExternalDns;

/// <summary>
/// An authoritative server with one zone, on the loopback address or another one of this machine. It accepts updates signed with <see
/// cref="KeyName"/>, and transfers the zone to that key. The zone has records without an owner and of another owner.
/// </summary>
internal abstract class ZoneServer(string folder) : IDisposable
{
    public const string Zone = "example.com";

    public const string KeyName = "external-dns";

    public const string ForeignAddress = "192.0.2.99";

    public const string OwnedAddress = "192.0.2.98";

    public const int ForeignTtl = 300;

    private LocalProgram? program;

    public string Folder { get; } = folder;

    public int Port { get; } = LocalProgram.FreePort();

    /// <summary>The listening address.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>The TSIG key in base64.</summary>
    public string Secret => Keys[0].Secret;

    /// <summary>All keys that may update and transfer the zone.</summary>
    public IReadOnlyList<ZoneKey> Keys { get; private set; } = [ZoneKey.New(KeyName)];

    /// <summary>The zone's name.</summary>
    public string Domain { get; init; } = Zone;

    /// <summary>The program's output since its start.</summary>
    public string Output => program!.Output;

    /// <summary>True if the key may transfer the zone; false is a sabotage.</summary>
    public bool Transfers { get; init; } = true;

    protected string ZoneFile => Path.Combine(Folder, "zone");

    /// <summary>The program's name on the search path.</summary>
    public static string ProgramOf(string kind) => kind == "Knot" ? "knotd" : "named";

    /// <param name="key">A key shared with another server; null for a new one.</param>
    public static ZoneServer Of(
        string kind, bool transfers = true, string domain = Zone, IPAddress? address = null, ZoneKey? key = null)
    {
        var folder = RunSession.NewFolder("zones");
        var at = address ?? IPAddress.Loopback;
        ZoneServer server = kind == "Knot" ? new Knot(folder) { Transfers = transfers, Domain = domain, Address = at }
            : new Bind(folder) { Transfers = transfers, Domain = domain, Address = at };
        server.Keys = key is null ? server.Keys : [key];
        return server;
    }

    /// <summary>Starts it with the zone of its last stop; the first time with a new zone.</summary>
    public async Task Start(string file, CancellationToken cancellationToken)
    {
        if (!File.Exists(ZoneFile))
        {
            await File.WriteAllTextAsync(ZoneFile, $"""
                $ORIGIN {Domain}.
                $TTL {ForeignTtl}
                @ SOA ns admin 1 3600 600 86400 60
                @ NS ns
                ns A 127.0.0.1
                foreign A {ForeignAddress}
                owned A {OwnedAddress}
                a-owned TXT "heritage=external-dns,external-dns/owner=somebody,external-dns/resource=service/a/b"

                """, cancellationToken);
        }

        program = LocalProgram.Start(file, Arguments(await Configure(cancellationToken)), Folder);
        await Eventually.Within(
            TimeSpan.FromMinutes(1), token => Ask(Domain, RecordType.SOA, token), $"{GetType().Name} answers", cancellationToken);
    }

    public void Stop() => program?.Dispose();

    /// <summary>Changes the keys in its configuration and reloads it; it keeps answering.</summary>
    public async Task Use(IReadOnlyList<ZoneKey> keys, CancellationToken cancellationToken)
    {
        Keys = keys;
        await Configure(cancellationToken);
        var before = Readings();
        program!.Signal("HUP");
        await Eventually.Within(
            TimeSpan.FromSeconds(30),
            () => Readings().ShouldBeGreaterThan(before),
            $"{GetType().Name} has read its configuration", cancellationToken);
        int Readings() => Output.Split(Reread).Length;
    }

    /// <summary>Restarts it with a new zone, before any update.</summary>
    public async Task Renew(string file, CancellationToken cancellationToken)
    {
        Stop();
        File.Delete(ZoneFile);
        // The journal's name in Knot and BIND.
        File.Delete($"{ZoneFile}.jnl");
        foreach (var kept in new[] { "journal", "timers" }.Select(name => Path.Combine(Folder, name)).Where(Directory.Exists))
        {
            Directory.Delete(kept, recursive: true);
        }

        await Start(file, cancellationToken);
    }

    /// <summary>The records of a name: texts and TTLs in seconds; empty if there are none.</summary>
    public async Task<IReadOnlyList<(string Text, int Ttl)>> Ask(string name, RecordType type, CancellationToken cancellationToken)
    {
        await using var transport = new FreshUdpTransport(new IPEndPoint(Address, Port));
        var resolver = new StubResolver(new StubOptions { Timeout = TimeSpan.FromSeconds(2), Attempts = 1 }, TimeProvider.System);
        var query = DnsMessage.Query(
            (ushort)RandomNumberGenerator.GetInt32(ushort.MaxValue), new Question(DnsName.Parse(name + "."), type));
        var answer = (await resolver.AskAsync(transport, query, cancellationToken)).Final;
        return answer.Outcome is AttemptOutcome.Ok or AttemptOutcome.NoData or AttemptOutcome.NameError
            ? [.. answer.Response!.Answers.Where(record => record.Type == type)
                .Select(record => (record.Data.ToString()!, (int)record.Ttl.TotalSeconds))]
            : throw new NotYetException($"{name}/{type}: {answer.Outcome} {answer.Problem}");
    }

    /// <summary>The zone's serial, which every update changes.</summary>
    public async Task<string> Serial(CancellationToken cancellationToken) =>
        (await Ask(Domain, RecordType.SOA, cancellationToken)).Single().Text.Split(' ')[2];

    public void Dispose()
    {
        Stop();
        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>Writes the configuration and returns its path.</summary>
    protected abstract Task<string> Configure(CancellationToken cancellationToken);

    protected abstract IReadOnlyList<string> Arguments(string configuration);

    /// <summary>The text that it prints after reading its configuration.</summary>
    protected abstract string Reread { get; }

    private sealed class Knot(string folder) : ZoneServer(folder)
    {
        protected override string Reread => "configuration reloaded";

        protected override async Task<string> Configure(CancellationToken cancellationToken)
        {
            var file = Path.Combine(Folder, "knot.conf");
            await File.WriteAllTextAsync(file, $"""
                server:
                  rundir: "{Folder}"
                  listen: {Address}@{Port}
                database:
                  storage: "{Folder}"
                log:
                  - target: stderr
                    any: info
                key:
                {string.Concat(Keys.Select(key => key.InKnot))}
                acl:
                  - id: updates
                    key: [{string.Join(", ", Keys.Select(key => key.Name))}]
                    action: [{(Transfers ? "update, transfer" : "update")}]
                zone:
                  - domain: {Domain}
                    storage: "{Folder}"
                    file: zone
                    acl: updates

                """, cancellationToken);
            return file;
        }

        protected override IReadOnlyList<string> Arguments(string configuration) => ["-c", configuration];
    }

    private sealed class Bind(string folder) : ZoneServer(folder)
    {
        protected override string Reread => "reloading configuration succeeded";

        protected override async Task<string> Configure(CancellationToken cancellationToken)
        {
            var file = Path.Combine(Folder, "named.conf");
            await File.WriteAllTextAsync(file, $$"""
                {{Each(key => $"key {key.Name} {{ algorithm hmac-sha256; secret \"{key.Secret}\"; }};")}}
                options {
                  directory "{{Folder}}";
                  listen-on port {{Port}} { {{Address}}; };
                  listen-on-v6 { none; };
                  pid-file "{{Folder}}/named.pid";
                  session-keyfile "{{Folder}}/session.key";
                  recursion no;
                  dnssec-validation no;
                  allow-transfer { {{(Transfers ? Each(key => $"key {key.Name};") : "none;")}} };
                };
                controls { };
                zone {{Domain}} { type primary; file "zone"; update-policy { {{Each(key => $"grant {key.Name} zonesub ANY;")}} }; };

                """, cancellationToken);
            return file;
        }

        protected override IReadOnlyList<string> Arguments(string configuration) => ["-g", "-c", configuration];

        private string Each(Func<ZoneKey, string> text) => string.Join(' ', Keys.Select(text));
    }
}

/// <summary>A TSIG key for hmac-sha256.</summary>
/// <param name="Name">Its DNS name.</param>
/// <param name="Secret">The key in base64.</param>
internal sealed record ZoneKey(string Name, string Secret)
{
    /// <summary>An entry of Knot's key section.</summary>
    public string InKnot => $"  - id: {Name}\n    algorithm: hmac-sha256\n    secret: {Secret}\n";

    public static ZoneKey New(string name) => new(name, Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
}
