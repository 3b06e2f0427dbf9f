using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

[Check(OutsideId, "A client outside of the clusters reaches what a program registered, by its name",
    "HTTP 200, with both servers and with the secondary alone; not found once it is deleted", Needs = Feature.Substrate)]
public static partial class SubstrateCriterion
{
    internal const string ShowsZonesId = "Substrate.24";
    private const int ViewPort = 10006;

    internal static bool CanShowZones => SubstratePair.Find("socat") is not null;

    [HostCheck(ShowsZonesId,
        "https at both hosts with the host's certificate: the zones, each record of the definition, one that a program wrote; and requests "
            + "without the token, with a wrong one, for other paths and by other methods")]
    public static async Task ShowsZones(SubstratePair pair, CancellationToken cancellationToken)
    {
        var child = pair.Settings.Children[0];
        var written = $"myapp.{pair.Child}";
        (await pair.Update(pair.Child, await pair.Key(child.Key.Text, child.Algorithm, cancellationToken), cancellationToken,
            $"update add {written}. 60 TXT \"a \\\"word\\\"  and more\"")).ShouldSucceed();
        await AtBoth(pair, written, "TXT", ["\"a \\\"word\\\"  and more\""], cancellationToken);
        foreach (var (name, type, data) in Expected(pair))
        {
            await AtBoth(pair, name, type, data, cancellationToken);
        }

        foreach (var (role, address) in new[] { ("primary", pair.Primary), ("secondary", pair.Secondary) })
        {
            using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var serving = pair.Script("view.sh", role, end.Token, "serve");
            try
            {
                await Shows(pair, role, address, written, cancellationToken);
            }
            finally
            {
                await end.CancelAsync();
                await serving.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            }
        }
    }

    private static async Task Shows(SubstratePair pair, string role, string address, string written, CancellationToken cancellationToken)
    {
        var keys = pair.In(role, $"{pair.Etc}/keys");
        using var certificate = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(keys, "view.crt"));
        var token = (await File.ReadAllTextAsync(Path.Combine(keys, "view.token"), cancellationToken)).Trim();
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, _) => certificate.Equals(shown);
        using var client = new HttpClient(handler)
        {
            BaseAddress = new Uri(string.Create(CultureInfo.InvariantCulture, $"https://{address}:{ViewPort}")),
            Timeout = TimeSpan.FromSeconds(20),
        };

        var zones = await Eventually.Within(Soon, async _ => (await Get("/api/dns/zones", token))!["zones"]!.AsArray(),
            $"the view of the {role} answers", cancellationToken);
        zones.Select(zone => (string?)zone!["name"]).ShouldBe(
            [pair.Zone, pair.Child, .. ReverseZones(pair)], ignoreOrder: true, "the zones that it serves");

        var shown = new List<(string Name, string Type, string Data)>();
        foreach (var zone in zones)
        {
            var whole = await Get($"/api/dns/zones/{zone!["name"]}", token);
            var records = whole!["records"]!.AsArray();
            records.Count.ShouldBe((int)zone["count"]!);
            ((long)whole["serial"]!).ShouldBe((long)zone["serial"]!);
            shown.AddRange(records.Select(record => ((string)record!["name"]!, (string)record["type"]!, (string)record["data"]!)));
        }

        foreach (var (name, type, data) in Expected(pair).Append((written, "TXT", ["\"a \\\"word\\\"  and more\""])))
        {
            shown.Where(record => record.Name == name && record.Type == type).Select(record => record.Data).Distinct()
                .ShouldBe(data, ignoreOrder: true, $"{name} {type} at the {role}");
        }

        foreach (var wrong in new[] { null, "", token + "x", token[1..] })
        {
            (await Status(HttpMethod.Get, "/api/dns/zones", wrong)).ShouldBe(HttpStatusCode.Unauthorized, "shown without the token");
        }

        (await Status(HttpMethod.Get, "/api/dns/zones/example.org", token)).ShouldBe(HttpStatusCode.NotFound);
        (await Status(HttpMethod.Get, "/api/dns/zones/../../etc/passwd", token)).ShouldBe(HttpStatusCode.NotFound);
        (await Status(HttpMethod.Get, "/api/dns/zones/$(id)", token)).ShouldBe(HttpStatusCode.NotFound);
        (await Status(HttpMethod.Delete, $"/api/dns/zones/{pair.Zone}", token)).ShouldBe(HttpStatusCode.MethodNotAllowed);
        // The names are what transfers protect.
        (await SubstratePair.Run("sh", ["-c", $"printf 'nonsense\\r\\n\\r\\n' | timeout 10 openssl s_client -quiet -connect "
            + $"{address}:{ViewPort} 2>/dev/null || :"], cancellationToken)).StandardOutput.ShouldContain("400 Bad Request");

        async Task<JsonNode?> Get(string path, string bearer)
        {
            using var answer = await Send(HttpMethod.Get, path, bearer);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK, path);
            return JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancellationToken));
        }

        async Task<HttpStatusCode> Status(HttpMethod method, string path, string? bearer)
        {
            using var answer = await Send(method, path, bearer);
            return answer.StatusCode;
        }

        async Task<HttpResponseMessage> Send(HttpMethod method, string path, string? bearer)
        {
            using var request = new HttpRequestMessage(method, path);
            request.Headers.Authorization = bearer is null ? null : new AuthenticationHeaderValue("Bearer", bearer);
            return await client.SendAsync(request, cancellationToken);
        }
    }

    /// <summary>Every record that the definition asks for: name, type and data.</summary>
    private static IEnumerable<(string Name, string Type, IReadOnlyList<string> Data)> Expected(SubstratePair pair)
    {
        var (settings, zone) = (pair.Settings, pair.Zone);
        string[] servers = [.. settings.Hosts.Select(host => $"{host.Name}.{zone}.").Order(StringComparer.Ordinal)];
        yield return (zone, "NS", servers);
        yield return (pair.Child, "NS", servers);
        foreach (var host in settings.Hosts)
        {
            yield return ($"{host.Name}.{zone}", "A", [pair.Here(host.Addresses[0].ToString())]);
            yield return (string.Join('.', pair.Here(host.Addresses[0].ToString()).Split('.').Reverse()) + ".in-addr.arpa", "PTR",
                [$"{host.Name}.{zone}."]);
        }

        if (settings.Kubernetes is { } kubernetes)
        {
            string[] api = [.. kubernetes.ControlPlanes.SelectMany(host => host.Addresses)
                .Select(address => pair.Here(address.ToString()))];
            yield return ($"kubernetes.{zone}", "A", api);
            yield return ($"_kubernetes._tcp.{zone}", "SRV", [.. kubernetes.ControlPlanes.Select(host => $"0 0 6443 {host.Name}.{zone}.")]);
            yield return ($"_kubernetes._tcp.{zone}", "TXT", [$"\"txtvers=1\" \"protocol=https\" \"cluster={kubernetes.Cluster}\""]);
        }

        foreach (var alias in settings.Aliases)
        {
            yield return ($"{alias.Name}.{zone}", "CNAME", [$"{alias.Target}.{zone}."]);
        }

        foreach (var record in settings.Records)
        {
            foreach (var family in record.Addresses.GroupBy(address => address.AddressFamily))
            {
                yield return ($"{record.Name}.{zone}", family.Key == AddressFamily.InterNetwork ? "A" : "AAAA",
                    [.. family.Select(address => pair.Here(address.ToString())).Order(StringComparer.Ordinal)]);
            }

            if (record.Port is { } port)
            {
                yield return ($"_{record.Service}._{record.Protocol}.{zone}", "SRV",
                    [string.Create(CultureInfo.InvariantCulture, $"0 0 {port} {record.Name}.{zone}.")]);
            }
        }
    }

    /// <summary>Those of the file of records, as BIND's own tool reads it behind a SOA and an NS record.</summary>
    private static async Task<IEnumerable<(string Name, string Type, IReadOnlyList<string> Data)>> ExpectedOfFile(
        SubstratePair pair, CancellationToken cancellationToken)
    {
        if (pair.Settings.RecordsFile is not { } file)
        {
            return [];
        }

        var text = await File.ReadAllTextAsync(Path.Combine(StorySample.Folder, "definitions", file), cancellationToken);
        var zone = Path.Combine(pair.Folder, "expected.zone");
        await File.WriteAllTextAsync(zone, $"@ 60 IN SOA ns hostmaster 1 1 1 1 1\n@ 60 IN NS ns\nns 60 IN A 192.0.2.1\n{pair.Here(text)}",
            cancellationToken);
        var compiled = await SubstratePair.Run("named-compilezone", ["-q", "-i", "none", "-f", "text", "-o", "-", pair.Zone, zone],
            cancellationToken);
        compiled.ShouldSucceed();
        return Lines(compiled.StandardOutput).Select(line => line.Split((char[]?)null, 5, StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words is [_, _, "IN", not ("SOA" or "NS"), _] && words[0] != $"ns.{pair.Zone}.")
            .GroupBy(words => (Name: words[0].TrimEnd('.'), Type: words[3]))
            .Select(set => (set.Key.Name, set.Key.Type,
                (IReadOnlyList<string>)[.. set.Select(words => words[4]).Order(StringComparer.Ordinal)]));
    }

    internal const string OutsideId = "Substrate.35";

    [HostCheck(OutsideId,
        "http://myapp in the child, from a client that takes the two servers as its resolvers: before the child's key writes the "
            + "address of a web server, afterwards, with the primary stopped, when the address moves, and when it is deleted")]
    public static async Task IsReachedFromOutside(SubstratePair pair, CancellationToken cancellationToken)
    {
        var (child, name) = (pair.Settings.Children[0], $"myapp.{pair.Child}");
        var key = await pair.Key(child.Key.Text, child.Algorithm, cancellationToken);
        await using var first = await Web(pair, name, pair.Application(0), cancellationToken);
        await using var second = await Web(pair, name, pair.Application(1), cancellationToken);
        using var client = new HttpClient(new SocketsHttpHandler { ConnectCallback = Connect, PooledConnectionLifetime = TimeSpan.Zero })
        {
            BaseAddress = new UriBuilder(Uri.UriSchemeHttp, name, pair.Port).Uri,
        };

        (await Seen()).ShouldBe("no address");
        await Write($"update add {name}. 60 A {pair.Application(0)}");
        await Sees(pair.Application(0), "the client");
        await Write($"update delete {name}. A", $"update add {name}. 60 A {pair.Application(1)}");
        await Sees(pair.Application(1), "the client after the address moved");
        // The secondary has heard of it before the primary goes.
        await AtBoth(pair, name, "A", [pair.Application(1)], cancellationToken);
        await pair.Service("primary", "stop", cancellationToken);
        await Sees(pair.Application(1), "the client with the secondary alone");
        await pair.Service("primary", "start", cancellationToken);
        await Eventually.Within(Soon, async token => (await pair.Ask(pair.Primary, name, "A", token)).ShouldNotBeEmpty(),
            "the primary is back", cancellationToken);
        await Write($"update delete {name}. A");
        await Sees("no address", "the client after it was deleted");

        async Task Write(params string[] lines) => (await pair.Update(pair.Child, key, cancellationToken, lines)).ShouldSucceed();

        Task Sees(string expected, string who) =>
            Eventually.Within(Soon, async _ => (await Seen()).ShouldBe(expected), $"{who} sees what is registered", cancellationToken);

        async Task<string> Seen()
        {
            try
            {
                using var answer = await client.GetAsync("/", cancellationToken);
                answer.StatusCode.ShouldBe(HttpStatusCode.OK);
                return await answer.Content.ReadAsStringAsync(cancellationToken);
            }
            catch (HttpRequestException exception)
                when (exception.InnerException is SocketException { SocketErrorCode: SocketError.HostNotFound })
            {
                return "no address";
            }
        }

        // As a stub resolver does: the second server where the first one does not answer, and not where it knows no address.
        async ValueTask<Stream> Connect(SocketsHttpConnectionContext context, CancellationToken token)
        {
            foreach (var server in new[] { pair.Primary, pair.Secondary })
            {
                var answer = await pair.Answer(server, pair.Client, token, context.DnsEndPoint.Host, "A");
                if (!answer.Contains("status: ", StringComparison.Ordinal))
                {
                    continue;
                }

                if (Regex.Match(answer, @"\sIN\s+A\s+([0-9.]+)$", RegexOptions.Multiline) is not { Success: true } found)
                {
                    break;
                }

                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(new IPEndPoint(IPAddress.Parse(found.Groups[1].Value), context.DnsEndPoint.Port), token);
                return new NetworkStream(socket, ownsSocket: true);
            }

            throw new SocketException((int)SocketError.HostNotFound);
        }
    }

    /// <summary>A web server that answers for one name with its own address, and with 404 for every other name.</summary>
    private static async Task<WebApplication> Web(SubstratePair pair, string name, string address, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Parse(address), pair.Port));
        var web = builder.Build();
        web.Run(async context =>
        {
            context.Response.StatusCode = context.Request.Host.Host == name ? StatusCodes.Status200OK : StatusCodes.Status404NotFound;
            await context.Response.WriteAsync(address, context.RequestAborted);
        });
        await web.StartAsync(cancellationToken);
        return web;
    }
}
