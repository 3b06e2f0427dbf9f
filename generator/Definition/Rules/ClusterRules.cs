using System.Net.Sockets;
using PlatformGitOps.Generator.Apps;
using PlatformGitOps.Generator.Apps.CoreDns;
using PlatformGitOps.Generator.Apps.Overlays;

namespace PlatformGitOps.Generator.Definition.Rules;

/// <summary>Checks the pins, additions and adjustments of one cluster.</summary>
internal static class ClusterRules
{
    // unhealthyPodEvictionPolicy and matchLabelKeys are on by default from 1.27, nftables in kube-proxy from 1.31.
    private static readonly SemVer OldestKubernetes = new(1, 27, 0);
    private static readonly SemVer FirstNftables = new(1, 31, 0);

    // Selectors of the tree, of Helm and of Flux depend on these.
    private static readonly string[] ReservedLabels = ["k8s-app", "release"];
    private static readonly string[] ReservedDomains =
        ["app.kubernetes.io/", "helm.sh/", "dns.aikernel.io/", "toolkit.fluxcd.io/", "meta.helm.sh/"];

    // Accounts in kube-system and flux-system whose names do not end in -controller.
    private static readonly string[] OthersAccounts =
    [
        "bootstrap-signer", "coredns", "flux-operator", "generic-garbage-collector", "horizontal-pod-autoscaler", "kube-dns", "kube-proxy",
        "persistent-volume-binder", "root-ca-cert-publisher", "token-cleaner",
    ];

    private static readonly string[] OfTwoFamilies = ["dns.ipFamilyPolicy", "dns.secondClusterIP"];

    public static void Check(Platform platform, Cluster cluster, SectionReader at)
    {
        CheckVersions(platform, cluster, at);
        CheckSecond(cluster, at);
        CheckNotifications(cluster, at);
        TolerationRules.Check(cluster, at);
        ReceiverRules.Check(cluster, at);
        foreach (var (section, keys) in new[] { ("labels", cluster.Workloads.Labels), ("annotations", cluster.Workloads.Annotations) })
        {
            foreach (var (key, _) in keys.Where(pair => IsReserved(pair.Key)))
            {
                at.Report(DefinitionRules.LabelReserved, $"{section}.\"{key}\"",
                    $"'{key}' is a key that Kubernetes, Helm, Flux or this tree sets itself.", "Use a key of your own domain.");
            }
        }

        foreach (var app in AppList.All)
        {
            CheckValues(app, platform.For(cluster), cluster, at);
            if (app.HasLayer)
            {
                CheckPatches(app, cluster, at);
            }
        }
    }

    private static void CheckNotifications(Cluster cluster, SectionReader at)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (receiver, entry) in cluster.Notifications.Zip(at.Entries("notifications")))
        {
            if (!names.Add(receiver.Name.Text))
            {
                entry.Report(DefinitionRules.NotificationName, "name", $"Two receivers have the name '{receiver.Name}'.",
                    "Write another name.");
            }

            if (receiver is { Address: null, SecretName: null })
            {
                entry.Report(DefinitionRules.NotificationAddress, "name", $"Nothing says where '{receiver.Name}' listens.",
                    "Add 'address:', or 'secretName:' with a Secret whose key address says it.", "address", "secretName");
            }
            else if (receiver.Address is { } address && NotificationSettings.SecretAddresses.Contains(receiver.Type)
                && !address.EndsWith("/api/chat.postMessage", StringComparison.Ordinal))
            {
                entry.Report(DefinitionRules.NotificationAddress, "address",
                    $"Whoever knows the address of a webhook of {receiver.Type} can post there: it is a credential.",
                    "Delete it, and put it into the key address of the Secret in 'secretName:'.", "type");
            }
        }
    }

    private static bool IsReserved(string key) => ReservedLabels.Contains(key)
        || ReservedDomains.Any(domain => key.Contains(domain));

    private static void CheckVersions(Platform platform, Cluster cluster, SectionReader at)
    {
        if (cluster.Kubernetes is { } kubernetes && kubernetes < OldestKubernetes)
        {
            at.Report(DefinitionRules.KubernetesVersion, "kubernetes",
                $"Kubernetes {cluster.Kubernetes} ignores fields that budget and spread need.", "Use 1.27 or later.");
        }
        else if (cluster is { KubeProxy: KubeProxyMode.Nftables, Kubernetes: { } before } && before < FirstNftables)
        {
            at.Report(DefinitionRules.KubeProxyVersion, "kubeProxy",
                $"The kube-proxy of Kubernetes {cluster.Kubernetes} has no nftables mode, or only behind a feature gate.",
                "Write iptables, or use Kubernetes 1.31 or later.", "kubernetes");
        }

        if (cluster.Pins.Flux is { } flux && !SourceRules.Serves(flux))
        {
            at.Report(DefinitionRules.FluxVersion, "flux.version",
                $"Flux {flux} does not serve the API versions that the tree uses.", SourceRules.FluxFix);
        }

        if (cluster.Flux.ServiceAccount is { Text: var account } && (account == "default"
            || OthersAccounts.Contains(account) || account.EndsWith("-controller", StringComparison.Ordinal)))
        {
            at.Report(DefinitionRules.FluxAccount, "flux.serviceAccountName",
                $"The ServiceAccount {account} is not the tree's own: Kubernetes, Flux or an application makes it in flux-system or "
                    + "kube-system, and the tree would give it rights and delete it with the cluster's layer.",
                "Write another name, such as platform: the tree brings the account.");
        }

        foreach (var (key, version) in cluster.Pins.Charts)
        {
            var path = $"charts.{key}.version";
            var publisher = AppList.All.Select(app => app.Chart).First(chart => chart?.Key == key)!.Publisher;
            if (publisher.Oldest is { } oldest && version < oldest)
            {
                at.Report(DefinitionRules.ChartVersion, path,
                    $"The chart version {version} is older than {publisher.Oldest}, for which the values are written.",
                    $"Write {publisher.Oldest} or later.");
            }
            else if (platform.Charts[key].Digest is not null)
            {
                at.Report(DefinitionRules.DigestOther, path,
                    $"The digest of charts.{key} is that of version {platform.Charts[key].Version}, and another version would be " +
                        "delivered without one.",
                    "Delete this version or the digest.");
            }
        }

        var repository = cluster.Pins.Reference is null ? null : platform.For(cluster).Repository;
        if (repository?.Kind == SourceKind.Oci && at.Has("repository.branch"))
        {
            at.Report(DefinitionRules.RefOciBranch, "repository.branch", "An OCI artifact has tags, but no branches.",
                "Write 'tag:' instead of 'branch:'.");
        }
        else if (at.Has("repository.branch") && at.Has("repository.tag"))
        {
            at.Report(DefinitionRules.RefBoth, "repository.tag", "A branch and a tag are given; Flux follows one.",
                "Keep 'branch' or 'tag'.", "repository.branch");
        }
    }

    private static void CheckSecond(Cluster cluster, SectionReader at)
    {
        if (cluster.Second is not { } second)
        {
            foreach (var path in OfTwoFamilies.Where(path =>
                path == "dns.secondClusterIP" ? cluster.Dns.SecondClusterIP is not null
                    : cluster.Dns.FamilyPolicy is not (null or DnsSettings.SingleStack)))
            {
                at.Report(DefinitionRules.FamilyPolicy, path, "The cluster has one address family, so its Services cannot have two.",
                    "Describe the other family under network.second, or delete it.");
            }

            return;
        }

        foreach (var (key, range) in new[] { ("pods", second.Pods), ("services", second.Services), ("nodes", second.Nodes) })
        {
            if (range is not null && range.Family == cluster.Services.Family)
            {
                at.Report(DefinitionRules.SecondFamily, $"network.second.{key}",
                    $"The second {key} {range} are of the same family as the services {cluster.Services}.",
                    range.Family == AddressFamily.InterNetwork ? "Write an IPv6 range." : "Write an IPv4 range.",
                    "network.services");
            }
        }

        var ranges = cluster.Ranges.Where(range => range.IsSecond).ToArray();
        foreach (var (index, one) in ranges.Index())
        {
            foreach (var other in ranges.Skip(index + 1).Where(range => range.Addresses.Overlaps(one.Addresses)))
            {
                at.Report(DefinitionRules.OverlapInside, one.Path,
                    $"The {one.Word} {one.Addresses} and the {other.Word} {other.Addresses} share addresses.", "Give each its own range.",
                    other.Path);
            }
        }

        if (cluster.Dns is { SecondClusterIP: { } refused, FamilyPolicy: DnsSettings.SingleStack })
        {
            at.Report(DefinitionRules.SecondAddress, "dns.secondClusterIP",
                $"The Service has one address family (dns.ipFamilyPolicy is {DnsSettings.SingleStack}), and the API server refuses its " +
                    $"second address {refused}.",
                $"Delete it, or write {DnsSettings.PreferDualStack}.",
                "dns.ipFamilyPolicy");
        }

        if (cluster.Dns.SecondClusterIP is { } address && !second.Services.Contains(address))
        {
            at.Report(DefinitionRules.DnsOutside, "dns.secondClusterIP",
                $"The DNS address {address} is outside of the services {second.Services}.",
                $"Write an address inside {second.Services}.",
                "network.second.services");
        }
    }

    private static void CheckValues(App app, Platform platform, Cluster cluster, SectionReader at)
    {
        if (app.Chart is not { } chart || !cluster.Adjustments.Values.TryGetValue(chart.Key, out var values))
        {
            return;
        }

        var version = platform.Charts[chart.Key].Version;
        foreach (var (path, fix) in app.ProtectedValues.Where(entry => values.At(entry.Key.Split('.')) is not null))
        {
            at.Report(DefinitionRules.ValueProtected, values.PositionOf(path.Split('.')),
                $"The value '{path}' of {chart.Key} is the tree's own: other parts of it would break.", fix);
        }

        // Helm appends the tag to the repository unchanged.
        if (values.At("image", "tag") is Yaml.Scalar { IsNull: false } tag && !Forms.IsTag(tag.Value))
        {
            at.Report(DefinitionRules.ImageForm, values.PositionOf("image", "tag"),
                $"The value 'image.tag' of {chart.Key} is not a fixed tag: no image can be pulled by it, or another one tomorrow.",
                "Write the tag of a release, with @sha256: and 64 hex digits behind it if you like; 'latest' is not allowed.");
        }

        foreach (var label in values.EntriesAt("customLabels").Where(label => IsReserved(label.Key)))
        {
            at.Report(DefinitionRules.LabelReserved, label.KeyPosition,
                $"'{label.Key}' is a key that Kubernetes, Helm, Flux or this tree sets itself.", "Use a key of your own domain.");
        }

        var problems = app.ValuesAt(version) is { } shape ? ShapeCheck.CheckValues(values, shape) : [];
        foreach (var problem in problems)
        {
            if (problem.IsUnknownField)
            {
                at.Report(DefinitionRules.ValueUnknown, problem.Position,
                    $"'{problem.Path}' is not a field of Kubernetes, to which the chart {chart.Key} passes it on.",
                    Suggestion.For(problem.Key, problem.Siblings) is { } field ? $"{Suggestion.Begins} '{field}'?"
                        : $"Known here: {ListText.First([.. problem.Siblings], 12)}.");
            }
            else if (problem.Kind == ShapeProblemKind.UnknownKey)
            {
                at.Report(DefinitionRules.ValueUnknown, problem.Position,
                    $"Chart {chart.Key} {version} does not read '{problem.Path}', and Helm ignores it silently.",
                    Suggestion.For(problem.Key, problem.Siblings) is { } near ? $"Did you mean '{near}'?"
                        : $"Known here: {string.Join(", ", problem.Siblings)}.");
            }
            else
            {
                at.Report(DefinitionRules.ValueType, problem.Position,
                    $"The value '{problem.Path}' of {chart.Key} is {ScalarKind.Describe(problem.Node)}.",
                    $"Write {problem.Expected}.");
            }
        }
    }

    private static void CheckPatches(App app, Cluster cluster, SectionReader at)
    {
        const string Move = "move it from defaults to the clusters, or to a group, that have the application";
        var isShared = !at.At("patches").Owns(app.Name);
        foreach (var (patch, place) in cluster.Adjustments.Patches.GetValueOrDefault(app.Name, [])
            .Zip(at.At("patches").Entries(app.Name)))
        {
            if (app.Layer(cluster) is null)
            {
                place.Report(DefinitionRules.PatchForm, "patch",
                    isShared ? $"The cluster {cluster.Name} does not have the application {app.Name}."
                        : $"The cluster does not have the application {app.Name}.",
                    app.Name == OverlaysApp.LayerName
                        ? $"Write a manifest into {Layout.OverlayFolder(cluster.Name.Text)}, or {(isShared ? Move : "delete the patch")}."
                        : isShared ? $"Delete the patch, or {Move}." : "Delete the patch.");
            }
            else if (patch.TargetKind is null && patch.Content is not Yaml.Mapping)
            {
                place.Report(DefinitionRules.PatchForm, "patch", "A list of JSON patch operations does not name what it changes.",
                    "Add 'kind:' beside it, and 'name:' for one object.");
            }
            else if (patch.TargetKind is null && patch.Content is Yaml.Mapping body
                && (body.TextAt("apiVersion") is null || body.TextAt("kind") is null || body.TextAt("metadata", "name") is null))
            {
                place.Report(DefinitionRules.PatchForm, "patch", "The patch does not name the object that it changes.",
                    "Write its apiVersion, kind and metadata.name, or 'kind:' beside the patch.");
            }
        }
    }
}
