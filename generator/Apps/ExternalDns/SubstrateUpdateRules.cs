using PlatformGitOps.Generator.Apps.Substrate;

namespace PlatformGitOps.Generator.Apps.ExternalDns;

/// <summary>
/// An instance whose server is a host of one of the definition's own substrates: its primary takes updates at one port, of its child zones
/// alone, each signed with the key of that child. A refusal is a line in the log of External-DNS, which goes on.
/// </summary>
[RuleIds]
internal static class SubstrateUpdateRules
{
    public const string Server = "external-dns-substrate-server";
    public const string Zone = "external-dns-substrate-zone";
    public const string Key = "external-dns-substrate-key";
    public const string Secret = "external-dns-substrate-secret";

    /// <param name="instances">Those of one cluster.</param>
    /// <param name="substrates">Where the file has each substrate.</param>
    public static void Check(ImmutableArray<WritingInstance> instances, ImmutableArray<SectionReader> substrates)
    {
        var signing = new List<(WritingInstance Instance, SubstrateChild Child)>();
        foreach (var instance in instances.Where(instance => instance.Server is not null))
        {
            var server = instance.Server!;
            if (!IsSound(substrates[server.Index]))
            {
                continue;
            }

            CheckServer(instance, server);
            if (server.Host is not null && CheckZones(instance, server.Substrate) is { } child)
            {
                CheckSecret(instance, child, signing);
            }
        }
    }

    /// <summary>False where a fault has left an example in the place of what the server would have.</summary>
    private static bool IsSound(SectionReader substrate) => substrate.IsSound("zone") && substrate.IsSound("children")
        && substrate.Entries("children").All(child =>
            child.IsSound("name") && child.IsSound("key") && child.IsSound("algorithm"));

    private static void CheckServer(WritingInstance instance, KnownServer server)
    {
        var (substrate, host) = (server.Substrate, instance.Instance.Rfc2136.Host);
        var primary = IPAddress.TryParse(host, out var address)
            ? substrate.Primary.Addresses.FirstOrDefault(own => own.AddressFamily == address.AddressFamily)?.ToString() : null;
        var fix = $"Write {primary ?? $"{substrate.Primary.Name}.{substrate.Zone}"}, the primary.";
        if (server.Host is null)
        {
            instance.At.Report(Server, "rfc2136.host", $"The zone {substrate.Zone} of the substrate '{substrate.Name}' has no name {host}.",
                fix);
        }
        else if (!server.IsPrimary)
        {
            instance.At.Report(Server, "rfc2136.host",
                $"The server {host} {(address is null ? "leads to" : "is")} the secondary of the substrate '{substrate.Name}', which "
                    + "refuses every update, and every transfer to External-DNS.",
                fix);
        }

        if (instance.Instance.Rfc2136.Port != SubstratePaths.Port)
        {
            instance.At.Report(Server, "rfc2136.port",
                $"The substrate '{substrate.Name}' listens at port {SubstratePaths.Port}, and not at {instance.Instance.Rfc2136.Port}.",
                $"Delete it, or write {SubstratePaths.Port}.", "rfc2136.host");
        }
    }

    /// <summary>The zones that are transferred and written, and the key that signs both; the child of that key.</summary>
    private static SubstrateChild? CheckZones(WritingInstance writing, SubstrateSettings substrate)
    {
        var (instance, at) = (writing.Instance, writing.At);
        var (zones, path) = instance.Rfc2136.Zones.IsEmpty ? (instance.Domains, "domainFilters") : (instance.Rfc2136.Zones, "rfc2136.zones");
        var children = substrate.Children.ToLookup(child => $"{child.Name}.{substrate.Zone}", StringComparer.Ordinal);
        var key = instance.Rfc2136.KeyName?.TrimEnd('.').ToLowerInvariant();
        var written = zones.SelectMany(zone => children[zone.Text]).Distinct().ToArray();
        // A key has one child, and an instance has one key.
        var own = Array.Find(written, child => child.Key.Text == key) ?? written.FirstOrDefault();
        foreach (var (index, zone) in zones.Index())
        {
            if (children[zone.Text].FirstOrDefault() is not { } child)
            {
                at.Report(Zone, $"{path}[{index}]", WhyNot(zone, substrate), Instead(zone, substrate, path), "rfc2136.host");
            }
            else if (child != own)
            {
                at.Report(Zone, $"{path}[{index}]",
                    $"The zone {zone} of the substrate '{substrate.Name}' has a key of its own, '{child.Key}', and an instance has one key.",
                    "Write an instance for each of the two zones, each with a Secret of its own.", "rfc2136.host", "rfc2136.keyName");
            }
        }

        if (own is null || key is null)
        {
            return null;
        }

        var isRight = true;
        if (key != own.Key.Text)
        {
            isRight = false;
            at.Report(Key, "rfc2136.keyName",
                $"The key of the zone {own.Name}.{substrate.Zone} of the substrate '{substrate.Name}' is '{own.Key}': with '{key}' it "
                    + "refuses every update and every transfer.",
                $"Write 'keyName: {own.Key}', and bring that key into the Secret.", "rfc2136.host", path);
        }
        else if (instance.Rfc2136.Algorithm != own.Algorithm)
        {
            isRight = false;
            at.Report(Key, "rfc2136.algorithm",
                $"The key '{own.Key}' of the substrate '{substrate.Name}' has the algorithm {own.Algorithm}: with "
                    + $"{instance.Rfc2136.Algorithm} it refuses every update and every transfer.",
                $"Write 'algorithm: {own.Algorithm}'.", "rfc2136.host", "rfc2136.keyName", path);
        }

        return isRight ? own : null;
    }

    private static string WhyNot(DomainName zone, SubstrateSettings substrate) => zone == substrate.Zone
        ? $"{zone} is the zone of the substrate '{substrate.Name}' itself, which no key may change or transfer: the server refuses every "
            + "update."
        : $"The substrate '{substrate.Name}' has no child zone {zone}: the server refuses every update and every transfer of it.";

    private static string Instead(DomainName zone, SubstrateSettings substrate, string path)
    {
        var names = substrate.Children.Select(child => $"{child.Name}.{substrate.Zone}").ToArray();
        return Array.Find(names, name => DomainName.IsIn(zone.Text, name)) is not { } around
            ? $"Write {(names.Length > 1 ? "one of " : "")}{ListText.First(names, 3)}"
                + (zone != substrate.Zone && zone.IsIn(substrate.Zone) ? ", or add the child." : ".")
            : path == "domainFilters" ? $"Add 'zones: [{around}]' below rfc2136: the zone that has these names."
            : $"Write {around}, the zone that has its names.";
    }

    /// <summary>Each key is made on its host: two of them are never the same, and a Secret has one.</summary>
    private static void CheckSecret(
        WritingInstance instance, SubstrateChild child, List<(WritingInstance Instance, SubstrateChild Child)> signing)
    {
        var secret = instance.Instance.SecretName;
        var other = signing.Find(pair => pair.Instance.Instance.SecretName == secret
            && (pair.Instance.Server!.Index, pair.Child.Key) != (instance.Server!.Index, child.Key));
        if (other.Child is { } taken)
        {
            instance.At.Report(Secret, "secretName",
                $"The Secret '{secret}' would have the key '{child.Key}' of the substrate '{instance.Server!.Substrate.Name}', and has the "
                    + $"key '{taken.Key}' of the substrate '{other.Instance.Server!.Substrate.Name}' for the instance "
                    + $"'{other.Instance.Instance.Name}' (line {other.Instance.At.Position.Line}).",
                "Write 'secretName:' with a Secret of its own.");
        }

        signing.Add((instance, child));
    }
}
