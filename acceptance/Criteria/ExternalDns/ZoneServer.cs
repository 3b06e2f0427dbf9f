using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using PlatformGitOps.Acceptance.Clusters;
using PlatformGitOps.Acceptance.Waiting;
using PlatformGitOps.Dns.Client;
using PlatformGitOps.Dns.Messages;

namespace PlatformGitOps.Acceptance.Criteria.ExternalDns;

/// <summary>
/// An authoritative server with one zone, on the loopback address or another one of this machine: it takes updates that are signed with
/// <see cref="KeyName"/> and hands the zone over to that key. In the zone stand records of nobody and of another owner.
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

    /// <summary>Where it listens.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>The TSIG key, base64.</summary>
    public string Secret { get; } = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    /// <summary>Whether the key may transfer the zone; false is a sabotage.</summary>
    public bool Transfers { get; init; } = true;

    protected string ZoneFile => Path.Combine(Folder, "zone");

    /// <summary>The program's name, for the search path.</summary>
    public static string ProgramOf(string kind) => kind == "Knot" ? "knotd" : "named";

    public static ZoneServer Of(string kind, bool transfers = true, IPAddress? address = null)
    {
        var folder = RunSession.NewFolder("zones");
        var at = address ?? IPAddress.Loopback;
        return kind == "Knot" ? new Knot(folder) { Transfers = transfers, Address = at }
            : new Bind(folder) { Transfers = transfers, Address = at };
    }

    /// <summary>Starts it with the zone as it was when it stopped; the first time with a new zone.</summary>
    public async Task Start(string file, CancellationToken cancellationToken)
    {
        if (!File.Exists(ZoneFile))
        {
            await File.WriteAllTextAsync(ZoneFile, $"""
                $ORIGIN {Zone}.
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
            TimeSpan.FromMinutes(1), token => Ask(Zone, RecordType.SOA, token), $"{GetType().Name} answers", cancellationToken);
    }

    public void Stop() => program?.Dispose();

    /// <summary>Starts it again with a new zone, as it was before anybody wrote to it.</summary>
    public async Task Renew(string file, CancellationToken cancellationToken)
    {
        Stop();
        File.Delete(ZoneFile);
        // Of Knot and of BIND.
        File.Delete($"{ZoneFile}.jnl");
        foreach (var kept in new[] { "journal", "timers" }.Select(name => Path.Combine(Folder, name)).Where(Directory.Exists))
        {
            Directory.Delete(kept, recursive: true);
        }

        await Start(file, cancellationToken);
    }

    /// <summary>The records of a name: their texts and their TTL in seconds; an empty list where there are none.</summary>
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

    /// <summary>The zone's serial: it moves with every update.</summary>
    public async Task<string> Serial(CancellationToken cancellationToken) =>
        (await Ask(Zone, RecordType.SOA, cancellationToken)).Single().Text.Split(' ')[2];

    public void Dispose()
    {
        Stop();
        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>Writes the configuration and returns its file.</summary>
    protected abstract Task<string> Configure(CancellationToken cancellationToken);

    protected abstract IReadOnlyList<string> Arguments(string configuration);

    private sealed class Knot(string folder) : ZoneServer(folder)
    {
        protected override async Task<string> Configure(CancellationToken cancellationToken)
        {
            var file = Path.Combine(Folder, "knot.conf");
            await File.WriteAllTextAsync(file, string.Create(CultureInfo.InvariantCulture, $"""
                server:
                  rundir: "{Folder}"
                  listen: {Address}@{Port}
                database:
                  storage: "{Folder}"
                log:
                  - target: stderr
                    any: info
                key:
                  - id: {KeyName}
                    algorithm: hmac-sha256
                    secret: {Secret}
                acl:
                  - id: updates
                    key: {KeyName}
                    action: [{(Transfers ? "update, transfer" : "update")}]
                zone:
                  - domain: {Zone}
                    storage: "{Folder}"
                    file: zone
                    acl: updates

                """), cancellationToken);
            return file;
        }

        protected override IReadOnlyList<string> Arguments(string configuration) => ["-c", configuration];
    }

    private sealed class Bind(string folder) : ZoneServer(folder)
    {
        protected override async Task<string> Configure(CancellationToken cancellationToken)
        {
            var file = Path.Combine(Folder, "named.conf");
            await File.WriteAllTextAsync(file, string.Create(CultureInfo.InvariantCulture, $$"""
                key {{KeyName}} { algorithm hmac-sha256; secret "{{Secret}}"; };
                options {
                  directory "{{Folder}}";
                  listen-on port {{Port}} { {{Address}}; };
                  listen-on-v6 { none; };
                  pid-file "{{Folder}}/named.pid";
                  session-keyfile "{{Folder}}/session.key";
                  recursion no;
                  dnssec-validation no;
                  allow-transfer { {{(Transfers ? $"key {KeyName}" : "none")}}; };
                };
                controls { };
                zone {{Zone}} { type primary; file "zone"; update-policy { grant {{KeyName}} zonesub ANY; }; };

                """), cancellationToken);
            return file;
        }

        protected override IReadOnlyList<string> Arguments(string configuration) => ["-g", "-c", configuration];
    }
}
