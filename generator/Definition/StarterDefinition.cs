using PlatformGitOps.Generator.Apps;
using PlatformGitOps.Generator.Apps.CoreDns;

namespace PlatformGitOps.Generator.Definition;

/// <summary>What <c>init</c> writes: the shortest definition that works, with the most common keys as comments.</summary>
public static class StarterDefinition
{
    /// <summary>The repository of <see cref="Text"/>, which is not anybody's.</summary>
    public const string Example = "https://github.com/example/platform-gitops.git";

    public static string Text { get; } = $$"""
        # yaml-language-server: $schema=docs/platform.schema.json
        #
        # The one file to edit: the generator makes kubernetes/ from it. The verb `schema` prints the schema that is named above.
        # The most common keys are here as comments; definition.md has all of them. The pages that comments name are in
        # {{Docs.Page("")}}
        # A key behind a # has the value that holds where it is missing, unless the comment says otherwise.

        repository:
          # git (https:// or ssh://) or oci (oci://).
          # kind: git
          # Your own repository: Flux in the clusters follows it.
          url: {{Example}}
          # Or a tag instead of a branch.
          # branch: main
          # interval: 1m
          # The Secret in flux-system with the credentials; none by default. Never write a credential here.
          # secretName: platform-credentials

        # flux:
          # The Flux in the clusters, 2.3.0 or later: it decides API versions.
          # version: 2.9.4

        charts:
          coredns:
            # The newest that was tested on a cluster; without this key it is {{PublisherOf("coredns").Version}}.
            version: {{DefaultOf("coredns")}}
            # auto takes OCI from 1.38.1 on and HTTP before; http and oci force it.
            # source: auto
            # A mirror; none by default.
            # url: oci://registry.example.com/charts/coredns
          # monitoringCrds:
            # version: {{DefaultOf("monitoringCrds")}}

        # DNS on two hosts, which clusters name (substrate.md); none by default.
        # substrates:
          # - name: main
            # zone: globular.internal
            # server: knot
            # primary: { name: dns-1, addresses: [192.168.10.11] }
            # secondary: { name: dns-2, addresses: [192.168.10.12] }

        # Known faults that `versions` does not count until a day; none by default (upgrades.md).
        # accepted:
          # - id: CVE-2026-26018
            # reason: Only pods of the cluster can ask CoreDNS.
            # until: 2027-03-31

        # What holds for every cluster that does not say otherwise; any key of a cluster but its name, ranges and DNS address.
        defaults:
          values:
            coredns:
              # Chart {{DefaultOf("coredns")}} comes with CoreDNS {{CoreDnsChart.AppVersionOf(DefaultOf("coredns"))}}.
              # This image does not have its known faults (version-drift.md).
              # Delete it with a chart that has this CoreDNS or a newer one.
              image: { tag: {{CoreDnsChart.StarterImage}} }

        # Groups, which a cluster names by 'group: canary': keys that win over the defaults. A change reaches one group first.
        # groups:
          # canary:
            # charts: { coredns: { version: {{DefaultOf("coredns")}} } }

        clusters:
          # A directory and Flux Kustomizations are named after it.
          - name: infra
            # domain: cluster.local
            network:
              # What the cluster was installed with. Ranges of different clusters must be apart.
              pods: 10.244.0.0/16
              services: 10.245.0.0/16
              # The nodes, where they have a range; none by default.
              # nodes: 192.168.10.0/24
              # true where pods and services are not routed beyond the cluster: then other clusters may use the same ranges.
              # isolated: false
            dns:
              # The tenth address of the services where it is not written.
              clusterIP: 10.245.0.10
              # replicas: 2
              # What an eviction must leave; below replicas.
              # minAvailable: 1
              # upstreams: [1.1.1.1, 1.0.0.1]
              # resources:
                # requests: { cpu: 100m, memory: 128Mi }
                # cpu may be none: a limit throttles the resolver.
                # limits: { cpu: 200m, memory: 256Mi }
              # How large the cluster becomes: a memory limit that is too small for it is refused; by default nothing is checked.
              # sizing: { maxPods: 15000, maxServices: 820 }
              # Or { kind: hpa, maxReplicas: 10, cpuPercent: 70 },
              # or { kind: proportional, maxReplicas: 10, coresPerReplica: 256, nodesPerReplica: 16 }.
              # autoscaling: { kind: none }
              # error, denial or all.
              # log: error
              # Or platform: three replicas and more room (corefile.md).
              # profile: story
              # Domains that have servers of their own; none by default.
              # stubDomains: { corp.example.com: { servers: [192.168.10.53] } }
            # Some objects need a version of Kubernetes; without one they are made for the oldest that works.
            # kubernetes: 1.34.0
            # iptables, nftables, ipvs, or none where the network plugin serves the addresses of Services.
            # kubeProxy: iptables
            # cilium, kubernetes or none.
            # networkPolicy: cilium
            # monitoring:
              # victoria-metrics, prometheus-operator or none.
              # flavour: victoria-metrics
              # namespace: observability
              # managed brings the monitoring.coreos.com definitions; existing where the cluster has them.
              # crds: managed
              # The Grafana dashboard (dashboard.md).
              # dashboard: false
              # Alerts on the objectives of DNS (alerts.md).
              # burnRate: { enabled: false, availability: 99.95, latency: 99, within: 128ms }
            # Takes failing endpoints out of DNS (health-controller.md).
            # healthController:
              # enabled: false
              # Where the published image cannot be pulled.
              # image: registry.example.com/dns-health-controller:1.0.0
              # CoreDNS's own pods too; in a running cluster only after the rollout that enabled it.
              # coreDns: false
            # The substrate whose names CoreDNS forwards; none by default.
            # substrate: main
        {{string.Concat(AppList.All.Select(app => app.Starter)).TrimEnd('\n')}}
            # Flux Kustomizations that must be ready before CoreDNS is delivered; none by default.
            # dependsOn: [cilium]

        """;

    /// <summary>
    /// The same for a repository that is there already; what the definition would refuse is left as in <see cref="Text"/>.
    /// </summary>
    /// <param name="url">The address that Flux reads; null where it is not known.</param>
    /// <param name="branch">The branch that Flux follows; null where it is not known.</param>
    /// <param name="folder">The definition's folder in the repository; empty for its root.</param>
    public static string For(string? url, string? branch, string folder)
    {
        const string Branch = "  # branch: main\n", Secret = "# secretName: platform-credentials", Tag = "  # Or a tag";
        Func<string, string>[] edits =
        [
            text => url is null ? text : text.Replace(Example, url) is var named
                && url.StartsWith("ssh:", StringComparison.Ordinal) ? named.Replace(Secret, Secret[2..]) : named,
            text => branch is null or "main" ? text : text.Replace(Branch, $"  branch: \"{branch}\"\n"),
            text => folder.Length == 0 ? text : text.Replace(Tag, "  # The folder of this file, from the root of the repository.\n"
                + $"  path: \"{folder}\"\n{Tag}"),
        ];
        return edits.Aggregate(Text, (text, edit) => edit(text) is var edited
            && PlatformText.Read("platform.yaml", Encoding.UTF8.GetBytes(edited)) is PlatformReading.Valid ? edited : text);
    }

    private static SemVer DefaultOf(string chart) => PublisherOf(chart).Starter ?? PublisherOf(chart).Version;

    private static ChartPublisher PublisherOf(string chart) => AppList.All.Select(app => app.Chart).OfType<AppChart>()
        .Single(known => known.Key == chart).Publisher;
}
