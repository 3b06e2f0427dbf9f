using static PlatformGitOps.Acceptance.Criteria.Substrate.ExpectedRecords;
using static PlatformGitOps.Acceptance.Criteria.Substrate.HostSabotage;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

/// <summary>All records are answered to allowed clients; and access to updates and transfers.</summary>
[ChecksOf(typeof(SubstrateCriterion))]
[Check("Substrate.4", "Every record of the definition is answered, to those alone who may ask", "each name and type, by UDP and TCP",
    Needs = Feature.Substrate)]
[Check("Substrate.5", "A child's key changes its child, and nothing else", "round trip; wrong key, wrong child, no key refused",
    Needs = Feature.Substrate)]
[Check("Substrate.6", "No zone is transferred without a key", "refused", Needs = Feature.Substrate)]
public static class SubstrateAccess
{
    internal static IReadOnlyList<HostSabotage> HostSabotages =>
    [
        Of("a record left out", "Substrate.4", "etcd.globular.internal", "zones/globular.internal.zone",
            "etcd.globular.internal. 300 IN A ",
            "other.globular.internal. 300 IN A "),
        Of("queries from everywhere", "Substrate.4", "who may not", "primary/knot.conf", "mod-queryacl/allowed, ", ""),
        Knot("updates without a key", "Substrate.5", "without a key", "update", "[transfer, update-apps]", "[transfer, update-apps, open]"),
        Of("a key for more than its child", "Substrate.5", "outside of its child", "primary/knot.conf", "    acl: transfer\n",
            "    acl: [transfer, update-apps]\n"),
        Knot("transfers open to all", "Substrate.6", "without a key", "transfer", "acl: transfer\n", "acl: [transfer, open]\n"),
        OfBind("updates without a key", "Substrate.5", "without a key", "primary/named.conf",
            "update-policy { grant \"external-dns\" zonesub A AAAA CNAME TXT SRV MX PTR; };", "allow-update { any; };"),
        OfBind("a record of the file left out", "Substrate.4", "printer.edge.internal", "zones/edge.internal.zone",
            "printer.edge.internal. 60", "printers.edge.internal. 60"),
        OfBind("transfers open to all", "Substrate.6", "without a key", "primary/named.conf",
            "allow-transfer { key \"transfer.edge.internal\"; };", "allow-transfer { any; };"),
        Of("a reverse name of another host", "Substrate.4", "PTR", "zones/10.168.192.in-addr.arpa.zone", "PTR etcd-1.", "PTR other."),
        Of("an IPv6 address without a reverse name", "Substrate.4", "PTR", "zones/0.0.0.0.0.0.0.0.0.1.0.0.0.0.d.f.ip6.arpa.zone",
            "1.3.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0", "2.3.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0"),
        Of("a zone that ends a minute after its primary", "Substrate.4", "the SOA record of", "zones/globular.internal.zone",
            " 300 60 1209600 60\n", " 300 60 60 60\n"),
        Of("a child's key that reads the zone above", "Substrate.6", "with the key of a child", "primary/knot.conf", "    acl: transfer\n",
            "    acl: [transfer, update-apps]\n"),
    ];

    [HostCheck("Substrate.4", "dig for each record of the definition at both servers, by UDP and TCP; and from a network that may not")]
    public static async Task Answers(SubstratePair pair, CancellationToken cancellationToken)
    {
        var ofFile = (await ExpectedOfFile(pair, cancellationToken)).ToList();
        await HaveTheirSoa(pair, cancellationToken);
        foreach (var (name, type, data) in Expected(pair).Concat(ofFile).Concat(ExpectedReverse(pair, ofFile)))
        {
            foreach (var server in new[] { pair.Primary, pair.Secondary })
            {
                // The secondary answers while it still transfers its last zone.
                await Eventually.Within(
                    TimeSpan.FromSeconds(5),
                    async token => (await pair.Ask(server, name, type, token)).ShouldBe(data, $"{name} {type} at {server}"),
                    $"{server} answers",
                    cancellationToken);
                (await pair.Ask(server, name, type, cancellationToken, "+tcp")).ShouldBe(data, $"{name} {type} at {server} by TCP");
            }
        }

        (await pair.Answer(pair.Primary, pair.Client, cancellationToken, $"nothing.{pair.Zone}", "A")).ShouldContain("status: NXDOMAIN");
        foreach (var server in new[] { pair.Primary, pair.Secondary })
        {
            (await pair.Answer(server, "127.0.0.9", cancellationToken, pair.Zone, "SOA"))
                .ShouldMatch("status: (REFUSED|NOTAUTH)", $"{server} answers those who may not ask");
        }
    }

    [HostCheck("Substrate.5",
        "nsupdate of the child with its key, with another, without one, and of the zone above it; knsupdate; dig")]
    public static async Task IsUpdatedByItsKey(SubstratePair pair, CancellationToken cancellationToken)
    {
        var child = pair.Settings.Children[0];
        var (name, key) = ($"myapp.{pair.Child}", await pair.ChildKey(cancellationToken));
        var (transfer, wrong) = (await pair.Key(pair.Settings.TransferKey, "hmac-sha256", cancellationToken),
            $"{child.Algorithm}:{child.Key}:{Convert.ToBase64String(new byte[32])}");

        (await pair.Update(pair.Child, key, cancellationToken, $"update add {name}. 60 A 192.0.2.9",
            $"update add a-{name}. 60 TXT \"heritage=external-dns\"")).ExitCode.ShouldBe(0, "the child's own key");
        (await pair.Ask(pair.Primary, name, "A", cancellationToken)).ShouldBe(["192.0.2.9"]);
        await pair.AtBoth($"a-{name}", "TXT", ["\"heritage=external-dns\""], cancellationToken);
        (await pair.Answer(pair.Primary, pair.Client, cancellationToken, "-y", key, pair.Child, "AXFR"))
            .ShouldContain(name, customMessage: "a program that cannot read its child deletes nothing");

        foreach (var (what, zone, signed, owner) in new (string, string, string?, string)[]
        {
            ("without a key", pair.Child, null, $"none.{pair.Child}"),
            ("with a wrong key", pair.Child, wrong, $"wrong.{pair.Child}"),
            ("with the key for transfers", pair.Child, transfer, $"transfer.{pair.Child}"),
            ("outside of its child", pair.Zone, key, $"above.{pair.Zone}"),
        })
        {
            var refused = await pair.Update(zone, signed, cancellationToken, $"update add {owner}. 60 A 192.0.2.66");
            (await pair.Ask(pair.Primary, owner, "A", cancellationToken)).ShouldBeEmpty($"an update {what} was taken");
            refused.ExitCode.ShouldNotBe(0, $"an update {what} was answered as if it had been taken");
        }

        (await pair.Update(pair.Child, key, cancellationToken, $"update add {pair.Child}. 60 NS evil.example.")).ExitCode
            .ShouldNotBe(0, "the key could give its child away");
        (await pair.Update(pair.Child, key, cancellationToken, $"update delete {name}. A", $"update delete a-{name}. TXT")).ExitCode
            .ShouldBe(0, "what a key wrote it deletes");
        await pair.AtBoth(name, "A", [], cancellationToken);
        await IsUpdatedByKnsupdate(pair, key, cancellationToken);
    }

    [HostCheck("Substrate.6", "dig AXFR of each zone from both servers without a key, with a wrong one, with the child's key; verify.sh")]
    public static async Task IsNotTransferred(SubstratePair pair, CancellationToken cancellationToken)
    {
        var wrong = $"hmac-sha256:{pair.Settings.TransferKey}:{Convert.ToBase64String(new byte[32])}";
        foreach (var server in new[] { pair.Primary, pair.Secondary })
        {
            foreach (var zone in new[] { pair.Zone, pair.Child })
            {
                (await pair.Answer(server, pair.Client, cancellationToken, zone, "AXFR"))
                    .ShouldNotContain("IN\tNS", customMessage: $"{server} transfers {zone} without a key");
                (await pair.Answer(server, pair.Client, cancellationToken, "-y", wrong, zone, "AXFR"))
                    .ShouldNotContain("IN\tNS", customMessage: $"{server} transfers {zone} with a wrong key");
            }
        }

        await ChildReadsItsChildAlone(pair, cancellationToken);
        await pair.Verified("primary", cancellationToken);
        await pair.Verified("secondary", cancellationToken);
    }

    /// <summary>Adds an access rule without a key at the primary.</summary>
    private static HostSabotage Knot(string name, string check, string expected, string action, string rules, string more) =>
        new(name, check, expected, files =>
        {
            var text = files["primary/knot.conf"];
            Fits(name, "primary/knot.conf", text, rules);
            files["primary/knot.conf"] = text.Replace("\nacl:\n", $"\nacl:\n  - id: open\n    action: {action}\n")
                .Replace(rules, more);
        });

    /// <summary>Primary, contact and times of each zone, at both servers; the serial is the time of the installation.</summary>
    private static async Task HaveTheirSoa(SubstratePair pair, CancellationToken cancellationToken)
    {
        foreach (var zone in new[] { pair.Zone, pair.Child }.Concat(ReverseZones(pair)))
        {
            var names = Regex.Escape($"{pair.Settings.Primary.Name}.{pair.Zone}. hostmaster.{pair.Zone}.");
            var form = $"^{names} ([0-9]+) 300 60 1209600 60$";
            var first = string.Join('\n', await pair.Ask(pair.Primary, zone, "SOA", cancellationToken));
            first.ShouldMatch(form, $"the SOA record of {zone}");
            DateTimeOffset.FromUnixTimeSeconds(long.Parse(Regex.Match(first, form).Groups[1].Value, CultureInfo.InvariantCulture))
                .ShouldBe(TimeProvider.System.GetUtcNow(), TimeSpan.FromMinutes(10), $"the serial of {zone}");
            await pair.AtBoth(zone, "SOA", [first], cancellationToken);
            string[] servers = [.. pair.Settings.Hosts.Select(host => $"{host.Name}.{pair.Zone}.").Order(StringComparer.Ordinal)];
            await pair.AtBoth(zone, "NS", servers, cancellationToken);
        }
    }

    /// <summary>With Knot's client, in addition to BIND's.</summary>
    private static async Task IsUpdatedByKnsupdate(SubstratePair pair, string key, CancellationToken cancellationToken)
    {
        if (LocalProgram.Find("knsupdate") is null)
        {
            return;
        }

        var name = $"knot.{pair.Child}";
        foreach (var (line, data) in new (string, string[])[]
        {
            ($"update add {name}. 60 A 192.0.2.10", ["192.0.2.10"]), ($"update delete {name}. A", []),
        })
        {
            (await pair.Update("knsupdate", pair.Child, key, cancellationToken, line)).ShouldSucceed();
            await pair.AtBoth(name, "A", data, cancellationToken);
        }

        var refused = await pair.Update("knsupdate", pair.Zone, key, cancellationToken, $"update add above.{pair.Zone}. 60 A 192.0.2.66");
        refused.ExitCode.ShouldNotBe(0, "knsupdate may change the zone above the child");
        (await pair.Ask(pair.Primary, $"above.{pair.Zone}", "A", cancellationToken)).ShouldBeEmpty();
    }

    private static async Task ChildReadsItsChildAlone(SubstratePair pair, CancellationToken cancellationToken)
    {
        var key = await pair.ChildKey(cancellationToken);
        foreach (var server in new[] { pair.Primary, pair.Secondary })
        {
            foreach (var zone in ReverseZones(pair).Append(pair.Zone))
            {
                (await pair.Answer(server, pair.Client, cancellationToken, "-y", key, zone, "AXFR"))
                    .ShouldNotContain("IN\tNS", customMessage: $"{server} transfers {zone} with the key of a child");
            }
        }
    }
}
