using System.Net.Sockets;
using PlatformGitOps.Generator.Apps.Substrate.Kubernetes;
using PlatformGitOps.Generator.Apps.Substrate.Records;

namespace PlatformGitOps.Generator.Apps.Substrate;

/// <summary>Checks substrates, and clusters with one; docs/definition.md explains each rule.</summary>
[RuleIds]
internal static class SubstrateRules
{
    public const string Count = "substrate-count";
    public const string NameTwice = "substrate-name-twice";
    public const string ZoneOverlap = "substrate-zone-overlap";
    public const string ZoneOfCluster = "substrate-zone-of-cluster";
    public const string HostAddress = "substrate-host-without-address";
    public const string SameHost = "substrate-one-host";
    public const string HostTaken = "substrate-host-taken";
    public const string NodeOutside = "substrate-node-outside";
    public const string ApiServer = "substrate-api-server";
    public const string Loopback = "substrate-loopback";
    public const string NotUnicast = "substrate-not-unicast";
    public const string RecordTwice = "substrate-record-twice";
    public const string RecordsFile = "substrate-records-file";
    public const string RecordTarget = "substrate-record-target";
    public const string AliasTarget = "substrate-alias-target";
    public const string ChildOverlap = "substrate-child-overlap";
    public const string KeyTwice = "substrate-key-twice";
    public const string ReversePrefix = "substrate-reverse-prefix";
    public const string Unknown = "substrate-unknown";
    public const string Family = "substrate-family";
    public const string AddressOfCluster = "substrate-address-of-cluster";
    public const string ReverseOfCluster = "substrate-reverse-of-cluster";
    public const string Folder = "substrate-folder";
    public const string FolderTaken = "substrate-folder-taken";
    public const string ControlPlane = "substrate-control-plane";
    public const string EtcdMembers = "substrate-etcd-members";
    public const string KubernetesCluster = "substrate-kubernetes-cluster";
    public const string KubernetesHost = "substrate-kubernetes-host";
    public const string KubernetesVersion = "substrate-kubernetes-version";
    public const string PodRange = "substrate-pod-range";
    public const string Register = "substrate-register";

    private static readonly Cidr[] NotForHosts = [.. Forms.NotUnicast, Cidr.Parse("240.0.0.0/4")];

    public static void Check(IReadOnlyList<(SubstrateSettings Substrate, SectionReader At)> substrates)
    {
        foreach (var (index, (substrate, at)) in substrates.Index())
        {
            CheckAddresses(substrate, at);
            CheckHosts(substrate, at);
            CheckNames(substrate, at);
            CheckReverse(substrate, at);
            foreach (var (earlier, other) in substrates.Take(index))
            {
                CheckPair((substrate, at), (earlier, other));
            }
        }
    }

    /// <summary>Checks a cluster and its substrate.</summary>
    public static void Check(Cluster cluster, SectionReader at)
    {
        if (cluster.SubstrateName is not { } name)
        {
            return;
        }

        if (cluster.Substrate is not { } substrate)
        {
            at.Report(Unknown, "substrate", $"Substrate '{name}' is not in this definition.",
                "Describe it under 'substrates', or name one that is there.");
            return;
        }

        if (Overlap(substrate.Zone.Text, cluster.Domain.Text))
        {
            at.Report(ZoneOfCluster, "substrate",
                $"The substrate's zone {substrate.Zone} and the cluster's domain {cluster.Domain} hold each other's names.",
                "Give the substrate a zone beside the domain.", "domain");
        }

        if (!SubstrateForward.Servers(substrate, cluster).Any())
        {
            at.Report(Family, "substrate", $"The substrate '{name}' has no address of the family of the services {cluster.Services}.",
                "Add an address of that family to its hosts.", "network.services");
        }

        foreach (var range in cluster.Ranges.Where(range => range.Use != RangeUse.Nodes))
        {
            foreach (var address in substrate.AllHosts.SelectMany(host => host.Addresses).Distinct().Where(range.Addresses.Contains))
            {
                at.Report(AddressOfCluster, "substrate",
                    $"The substrate's address {address} is inside of this cluster's {range.Addresses}.",
                    "A substrate runs on hosts: write their own addresses.", range.Path);
            }

            // A reverse zone of a single host address has the finding above.
            if (substrate.Reverse.FirstOrDefault(zone => zone.Overlaps(range.Addresses)
                && substrate.AllHosts.All(host => !host.Addresses.Contains(zone.First))) is { } reverse)
            {
                at.Report(ReverseOfCluster, "substrate",
                    $"The range {reverse} in 'reverse' of the substrate '{name}' has addresses of this cluster's {range.Word} "
                        + $"{range.Addresses}, whose reverse names Kubernetes decides.",
                    "Write smaller ranges in 'reverse', with the addresses of hosts alone.", range.Path);
            }
        }
    }

    private static void CheckAddresses(SubstrateSettings substrate, SectionReader at)
    {
        foreach (var (host, key) in new[] { (substrate.Primary, "primary"), (substrate.Secondary, "secondary") })
        {
            if (at.Has(key) && !at.At(key).Has("addresses"))
            {
                at.At(key).Report(HostAddress, at.PositionOf(key), $"The host '{host.Name}' has no address.",
                    "Add 'addresses: [192.168.10.11]' with the address at which clusters reach it.");
            }

            CheckEach(host.Addresses, "addresses", at.At(key));
        }

        foreach (var (host, entry) in KubernetesHosts(substrate, at))
        {
            CheckEach(host.Addresses, "addresses", entry);
        }

        foreach (var (record, entry) in substrate.Records.Zip(at.Entries("records")))
        {
            if (entry.Has("addresses"))
            {
                CheckEach(record.Addresses, "addresses", entry);
            }
        }
    }

    private static void CheckEach(IReadOnlyList<IPAddress> addresses, string key, SectionReader at)
    {
        foreach (var (index, address) in addresses.Index())
        {
            if (Unreachable(address) is var (rule, message, fix))
            {
                at.Report(rule, $"{key}[{index}]", message, fix);
            }
        }
    }

    /// <summary>Why an address cannot be a host's; null if it can.</summary>
    internal static (string Rule, string Message, string Fix)? Unreachable(IPAddress address)
    {
        const string Fix = "Write the host's own address, which pods and other hosts reach.";
        if (IPAddress.IsLoopback(address))
        {
            return (Loopback, $"The address {address} is, inside a pod, the pod itself.", Fix);
        }

        foreach (var range in NotForHosts)
        {
            if (range.Contains(address))
            {
                return (NotUnicast, $"The address {address} is unspecified, link-local, multicast or reserved.", Fix);
            }
        }

        return null;
    }

    private static void CheckHosts(SubstrateSettings substrate, SectionReader at)
    {
        var (primary, secondary) = (substrate.Primary, substrate.Secondary);
        if (primary.Name == secondary.Name || primary.Addresses.Intersect(secondary.Addresses).Any())
        {
            var shared = primary.Addresses.Intersect(secondary.Addresses).FirstOrDefault()?.ToString() ?? primary.Name.Text;
            at.Report(SameHost, at.PositionOf("secondary"), $"The secondary is the primary: both are {shared}.",
                "Name another host, so that one of the two may fail.");
        }
    }

    /// <summary>The hosts of its Kubernetes cluster, each with its section.</summary>
    private static IEnumerable<(SubstrateHost Host, SectionReader At)> KubernetesHosts(SubstrateSettings substrate, SectionReader at) =>
        substrate.Kubernetes is not { } kubernetes ? [] : kubernetes.ControlPlanes.Zip(at.At("kubernetes").Entries("controlPlanes"))
            .Concat(kubernetes.Etcd.Zip(at.At("kubernetes").Entries("etcd")))
            .Concat(kubernetes.Workers.Zip(at.At("kubernetes").Entries("workers")));

    private static void CheckNames(SubstrateSettings substrate, SectionReader at)
    {
        var hosts = substrate.Hosts.DistinctBy(host => host.Name).ToDictionary(host => host.Name);
        var owners = new Dictionary<IPAddress, DnsLabel>();
        foreach (var (host, entry) in KubernetesHosts(substrate, at))
        {
            if (host.Addresses.FirstOrDefault(address => !owners.TryAdd(address, host.Name) && owners[address] != host.Name) is { } address)
            {
                entry.Report(KubernetesHost, "addresses", $"The host '{owners[address]}' has the address {address} too: a host finds its "
                    + "part by its addresses.", "Write each host once, with addresses of its own.");
            }

            if (!hosts.TryAdd(host.Name, host) && !hosts[host.Name].Addresses.SequenceEqual(host.Addresses))
            {
                entry.Report(KubernetesHost, "name", $"The host '{host.Name}' has other addresses elsewhere: "
                    + $"{string.Join(", ", hosts[host.Name].Addresses)}.", "Write one host's addresses alike, or give it another name.");
            }
        }

        var taken = hosts.Keys.Select(name => name.Text).ToHashSet(StringComparer.Ordinal);
        if (substrate.Kubernetes is not null && !taken.Add(KubernetesSettings.ApiName))
        {
            at.Report(KubernetesHost, at.PositionOf("kubernetes"), $"A host is named '{KubernetesSettings.ApiName}', as all API servers "
                + "together are.", "Give the host another name.");
        }

        var children = new List<string>();
        foreach (var (child, entry) in substrate.Children.Zip(at.Entries("children")))
        {
            if (children.FirstOrDefault(other => Overlap(other, child.Name.Text)) is { } other)
            {
                entry.Report(ChildOverlap, "name", $"The children '{other}' and '{child.Name}' hold each other's names.",
                    "Write names of which none is below another.");
            }

            children.Add(child.Name.Text);
        }

        HiddenNames.Check(substrate, at, taken);
        // Default children have no position in the file.
        children = [.. substrate.Children.Select(child => child.Name.Text)];
        foreach (var (record, entry) in substrate.Records.Zip(at.Entries("records")))
        {
            CheckName(record.Name, entry, "Give one entry all its addresses.");
        }

        taken.UnionWith(substrate.Records.Select(record => record.Name.Text));
        var targets = taken.ToHashSet(StringComparer.Ordinal);
        CheckAliases(substrate, at, targets, children, CheckName);

        void CheckName(DomainName name, SectionReader entry, string otherwise)
        {
            if (!taken.Add(name.Text))
            {
                entry.Report(RecordTwice, "name", $"The name '{name}' is there already.", otherwise);
            }
            else if (children.FirstOrDefault(child => DomainName.IsIn(name.Text, child)) is { } child)
            {
                entry.Report(ChildOverlap, "name", $"The name '{name}' is in the child '{child}', whose records its own key writes.",
                    "Write a name outside of the children.");
            }
        }

        var keys = new HashSet<string>(StringComparer.Ordinal) { substrate.TransferKey };
        foreach (var (child, entry) in substrate.Children.Zip(at.Entries("children")))
        {
            if (!keys.Add(child.Key.Text))
            {
                entry.Report(KeyTwice, entry.PositionOf("key"), $"The key '{child.Key}' has another use already.",
                    "Give each child its own key, so that none can change another's names.");
            }
        }
    }

    /// <summary>Checks aliases; <paramref name="targets"/> are hosts, records, names of the file, and names in children.</summary>
    private static void CheckAliases(
        SubstrateSettings substrate, SectionReader at, HashSet<string> targets, List<string> children,
        Action<DomainName, SectionReader, string> checkName)
    {
        var ofFile = substrate.FileRecords.Names;
        ZoneNames? names = null;
        foreach (var (alias, entry) in substrate.Aliases.Zip(at.Entries("aliases")))
        {
            checkName(alias.Name, entry, "Give the alias another name, or leave the other one out.");
            var target = $"{alias.Target}.{substrate.Zone}";
            if (targets.Contains(alias.Target.Text) || ofFile.Contains(target)
                || children.Any(child => alias.Target.Text.EndsWith("." + child, StringComparison.Ordinal)))
            {
                continue;
            }

            names ??= SubstrateRecords.NamesOf(substrate);
            if (!ofFile.Contains(names.AnswererOf(target)))
            {
                entry.Report(AliasTarget, "target",
                    $"The zone has no record '{alias.Target}', and it is in none of the children{names.WhyNot(target)}.",
                    $"Write a record, a host, or a name in a child such as '{alias.Name}.{children[0]}'.");
            }
        }
    }

    private static void CheckReverse(SubstrateSettings substrate, SectionReader at)
    {
        foreach (var (index, range) in substrate.Reverse.Index())
        {
            if (!ReverseName.IsZone(range))
            {
                var step = range.Family == AddressFamily.InterNetwork ? 8 : 4;
                at.Report(ReversePrefix, $"reverse[{index}]", $"The range {range} does not end at a label of a reverse zone.",
                    $"Write a prefix length that is a multiple of {step}.");
            }
        }
    }

    private static void CheckPair(
        (SubstrateSettings Substrate, SectionReader At) later, (SubstrateSettings Substrate, SectionReader At) earlier)
    {
        var line = earlier.At.Position.Line;
        if (later.Substrate.Name == earlier.Substrate.Name)
        {
            later.At.Report(NameTwice, "name", $"The substrate in line {line} has the name '{later.Substrate.Name}' already.",
                "Write another name.");
        }

        if (Overlap(later.Substrate.Zone.Text, earlier.Substrate.Zone.Text))
        {
            later.At.Report(ZoneOverlap, later.At.PositionOf("zone"),
                $"The zone {later.Substrate.Zone} and {earlier.Substrate.Zone} of '{earlier.Substrate.Name}' (line {line}) hold each " +
                    "other's names.",
                "Give each substrate a zone of its own; a part of a zone is one of its children.");
        }

        CheckTaken("the DNS", earlier.Substrate.Hosts,
            [(later.Substrate.Primary, later.At.At("primary")), (later.Substrate.Secondary, later.At.At("secondary"))]);
        CheckTaken("the Kubernetes", [.. earlier.Substrate.Kubernetes?.Hosts ?? []], [.. KubernetesHosts(later.Substrate, later.At)]);

        void CheckTaken(string part, ImmutableArray<SubstrateHost> taken, ImmutableArray<(SubstrateHost Host, SectionReader At)> hosts)
        {
            foreach (var (host, at) in hosts)
            {
                foreach (var (index, address) in host.Addresses.Index().Where(pair =>
                    taken.Any(other => other.Addresses.Contains(pair.Item))))
                {
                    at.Report(HostTaken, $"addresses[{index}]",
                        $"The host {address} has {part} of the substrate '{earlier.Substrate.Name}' (line {line}): one installation "
                            + "replaces the other.",
                        "Write another host.");
                }
            }
        }
    }

    private static bool Overlap(string one, string other) => DomainName.IsIn(one, other) || DomainName.IsIn(other, one);
}
