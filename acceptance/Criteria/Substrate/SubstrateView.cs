using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using static PlatformGitOps.Acceptance.Criteria.Substrate.ExpectedRecords;
using static PlatformGitOps.Acceptance.Criteria.Substrate.HostAssertions;
using static PlatformGitOps.Acceptance.Criteria.Substrate.HostSabotage;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

/// <summary>Zones and records over HTTPS.</summary>
[ChecksOf(typeof(SubstrateCriterion))]
[Check("Substrate.24", "Zones and records are shown over TLS, to who has the token", "each record; 401, 404 and 405 for the rest",
    Needs = Feature.Substrate)]
public static class SubstrateView
{
    internal const string ShowsZonesId = "Substrate.24";
    private const int ViewPort = 10006;

    internal static IReadOnlyList<HostSabotage> HostSabotages =>
    [
        Of("a view for everybody", "Substrate.24", "without the token", "scripts/view.sh",
            "refuse \"401 Unauthorized\" \"the token in keys/view.token is needed\"", ":"),
    ];

    internal const string Program = "socat";

    internal static bool CanShowZones => LocalProgram.Find(Program) is not null;

    [HostCheck(ShowsZonesId,
        "https at both hosts with the host's certificate: the zones, each record of the definition, one that a program wrote; and requests "
            + "without the token, with a wrong one, for other paths and by other methods")]
    public static async Task ShowsZones(SubstratePair pair, CancellationToken cancellationToken)
    {
        var written = $"myapp.{pair.Child}";
        await pair.Write(cancellationToken, $"update add {written}. 60 TXT \"a \\\"word\\\"  and more\"");
        await pair.AtBoth(written, "TXT", ["\"a \\\"word\\\"  and more\""], cancellationToken);
        foreach (var (name, type, data) in Expected(pair))
        {
            await pair.AtBoth(name, type, data, cancellationToken);
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
            BaseAddress = new Uri($"https://{address}:{ViewPort}"),
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
        // Names are confidential, like in transfers.
        (await LocalProgram.Run("sh", ["-c", $"printf 'nonsense\\r\\n\\r\\n' | timeout 10 openssl s_client -quiet -connect "
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
}
