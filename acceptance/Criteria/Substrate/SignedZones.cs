using static PlatformGitOps.Acceptance.Criteria.Substrate.HostAssertions;
using static PlatformGitOps.Acceptance.Criteria.Substrate.HostSabotage;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

/// <summary>DNSSEC: a signed zone, also after a change and a restore.</summary>
[ChecksOf(typeof(SubstrateCriterion))]
[Check(SignsId, "A signed zone is validated by its keys at both servers, after a change and after a restore too",
    "fully validated, with the same keys", Needs = Feature.Substrate)]
public static class SignedZones
{
    internal const string SignsId = "Substrate.45";

    internal static IReadOnlyList<HostSabotage> HostSabotages =>
    [
        Of("a zone that is not signed", SignsId, "is not signed", "primary/knot.conf", "\n    dnssec-signing: on", ""),
        Of("a snapshot without the keys that sign", SignsId, "after the restore", "scripts/backup.sh", "for part in journal keys timers",
            "for part in journal timers"),
        OfBind("a zone that is not signed", SignsId, "is not signed", "primary/named.conf",
            "    dnssec-policy default;\n    inline-signing yes;\n", ""),
    ];

    [HostCheck(SignsId, "dnssec: true; DNSKEY and RRSIG by dig, and delv with the zone's own key, at both servers: at first, after " +
        "upgrade.sh with one record more, and after backup.sh restore on the emptied primary")]
    public static async Task Signs(SubstratePair pair, CancellationToken cancellationToken)
    {
        LocalProgram.Need("delv");
        foreach (var server in new[] { pair.Primary, pair.Secondary })
        {
            await Eventually.Within(Soon, async token =>
                (await pair.Answer(server, pair.Client, token, "+dnssec", pair.Zone, "SOA"))
                    .ShouldContain("IN\tRRSIG\tSOA", customMessage: $"{pair.Zone} is not signed at {server}"),
                "the zone is signed", cancellationToken);
        }

        var keys = (await pair.Ask(pair.Primary, pair.Zone, "DNSKEY", cancellationToken))
            .Where(key => key.StartsWith("257 ", StringComparison.Ordinal)).ToList();
        keys.ShouldNotBeEmpty("a zone without a key that a resolver could trust");
        var anchors = Path.Combine(pair.Folder, "anchors.conf");
        await File.WriteAllTextAsync(anchors, $"trust-anchors {{\n{string.Concat(keys.Select(key => Anchor(pair.Zone, key)))}}};\n",
            cancellationToken);
        var first = $"{pair.Settings.Primary.Name}.{pair.Zone}";
        await IsValid(pair, anchors, first, "at first", cancellationToken);

        var file = Path.Combine(pair.Folder, "tree", "zones", $"{pair.Zone}.zone");
        await File.AppendAllTextAsync(file, $"newer.{pair.Zone}. 300 IN A 192.0.2.76\n", cancellationToken);
        await pair.Succeeds("upgrade.sh", "primary", cancellationToken);
        await pair.AtBoth($"newer.{pair.Zone}", "A", ["192.0.2.76"], cancellationToken);
        await IsValid(pair, anchors, $"newer.{pair.Zone}", "after the upgrade", cancellationToken);
        await pair.Verified("primary", cancellationToken);
        await pair.Verified("secondary", cancellationToken);

        string[] where = ["--to", Path.Combine(pair.Folder, "snapshots"), "--key", await SnapshotKey(pair.Folder, cancellationToken)];
        await pair.Succeeds("backup.sh", "primary", cancellationToken, ["create", "--name", "signed", .. where]);
        await pair.Service("primary", "stop", cancellationToken);
        Directory.Delete(pair.Root("primary"), recursive: true);
        Directory.CreateDirectory(pair.Root("primary"));
        await pair.Succeeds("backup.sh", "primary", cancellationToken, ["restore", "--snapshot", "signed", "--wait", "60", .. where]);
        await pair.Succeeds("verify.sh", "secondary", cancellationToken, "--repair");
        await IsValid(pair, anchors, $"newer.{pair.Zone}", "after the restore", cancellationToken);
    }

    /// <summary>Resolves an existing and a missing name like a resolver with the old key as its trust anchor.</summary>
    private static async Task IsValid(SubstratePair pair, string anchors, string name, string when, CancellationToken cancellationToken)
    {
        foreach (var server in new[] { pair.Primary, pair.Secondary })
        {
            foreach (var (owner, answer) in new[]
            {
                (name, "; fully validated"), ($"no.{pair.Zone}", "; negative response, fully validated"),
            })
            {
                await Eventually.Within(Soon, async token =>
                {
                    var said = await LocalProgram.Run("delv", [$"@{server}", "-b", pair.Client, "-p", $"{pair.Port}", "-a", anchors,
                        $"+root={pair.Zone}", owner, "A"], token);
                    (said.StandardOutput + said.StandardError).ShouldContain(
                        answer, customMessage: $"{owner} is not validated at {server} {when}");
                }, $"{owner} is validated at {server} {when}", cancellationToken);
            }
        }
    }

    /// <param name="key">Flags, protocol, algorithm and key, separated as in dig's output.</param>
    private static string Anchor(string zone, string key) => key.Split(' ', 4) is [var flags, var protocol, var algorithm, var text]
        ? $"  \"{zone}.\" static-key {flags} {protocol} {algorithm} \"{text}\";\n" : throw new FormatException(key);
}
