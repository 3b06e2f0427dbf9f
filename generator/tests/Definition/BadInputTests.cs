namespace PlatformGitOps.Generator.Tests.Definition;

/// <summary>Input for CoreDNS that would break a zone or DNS of pods: refused with a fix, and nothing is written.</summary>
public class BadInputTests
{
    private const string Rfc2136 = "rfc2136: { host: 192.0.2.53, keyName: key";

    private static IEnumerable<TestCaseData> Inputs()
    {
        TestCaseData Input(string name, string keys, string rule, string fix) => new TestCaseData(keys, rule, fix).SetName(name);
        string Instances(params string[] entries) => $"externalDns: {{ instances: [{string.Join(", ", entries)}] }}";

        yield return Input("Two instances that own one zone",
            Instances("{ name: a, provider: aws, domainFilters: [example.com] }",
                "{ name: b, provider: aws, domainFilters: [example.com] }"),
            "external-dns-zone-twice", "Give the domain to one of them");
        yield return Input("Filters that overlap",
            Instances("{ name: a, provider: aws, domainFilters: [example.com] }",
                "{ name: b, provider: aws, domainFilters: [apps.example.com] }"),
            "external-dns-filters-overlap", "Add 'excludeDomains: [apps.example.com]' to the instance with the larger domain.");
        yield return Input("rfc2136 with sync and no transfers",
            Instances($"{{ name: a, provider: rfc2136, policy: sync, domainFilters: [example.com], {Rfc2136}, transfers: false }} }}"),
            "external-dns-without-transfers", "Write 'transfers: true' and let the key transfer the zone");
        yield return Input("Geographic routing without regions",
            "geoRouting: { enabled: true, zone: geo.example.com, image: \"registry.example.com/controller:1.0.0\" }",
            "geo-without-regions", "Write 'regions:' under defaults");
        yield return Input("An HPA without a CPU request",
            "dns: { autoscaling: { kind: hpa }, resources: { requests: { cpu: 0 } } }",
            "quantity-zero", "The value '0' of 'cpu' is zero. Write");
        yield return Input("An HPA with a CPU request of null",
            "dns: { autoscaling: { kind: hpa }, resources: { requests: { cpu: null } } }",
            "empty-value", "The key 'cpu' has no value. Write a value");
        yield return Input("A node-local cache on the Service's address with IPVS",
            "kubeProxy: ipvs\n    nodeLocalDns: { enabled: true, onServiceAddress: true }",
            "node-local-ipvs", "when a cache runs on every node let the kubelets name 169.254.20.10 (clusterDNS)");
        yield return Input("A node-local cache on the Service's address with Cilium beside kube-proxy",
            "networkPolicy: cilium\n    nodeLocalDns: { enabled: true, onServiceAddress: true }",
            "node-local-translated", "when a cache runs on every node let the kubelets name 169.254.20.10 (clusterDNS)");
        yield return Input("A node-local cache on its own address alone behind Cilium's redirect",
            "kubeProxy: none\n    nodeLocalDns: { enabled: true, onServiceAddress: false }",
            "node-local-without-service-address", "let the kubelets name the Service's address");
        yield return Input("An unknown provider",
            Instances("{ name: a, provider: route53, domainFilters: [example.com] }"),
            "unknown-choice", "is not one of aws, google, azure, cloudflare, rfc2136, webhook");
        yield return Input("An unspecified address of a server for External-DNS",
            Instances("{ name: a, provider: rfc2136, domainFilters: [example.com], rfc2136: { host: \"::\", keyName: k } }"),
            "external-dns-text", "Write the address at which pods reach the server.");
        yield return Input("A digest that is too short",
            "values: { coredns: { image: { tag: \"1.14.7@sha256:aaaa\" } } }",
            "image-form", "with @sha256: and 64 hex digits behind it");
        yield return Input("An image that is another one tomorrow",
            "values: { coredns: { image: { tag: latest } } }",
            "image-form", "'latest' is not allowed");
        yield return Input("The word of the kubelet",
            "clusterDNS: 10.245.0.10",
            "unknown-key", "The address of the DNS Service is 'dns.clusterIP'.");
        yield return Input("The word of a Corefile",
            "dns: { forward: 1.1.1.1 }",
            "unknown-key", "The servers for all other names are 'dns.upstreams', those for a zone 'dns.stubDomains'.");
        yield return Input("The word for groups that are delivered one after the other",
            "waves: [canary]", "unknown-key", "are a group of 'groups', which a cluster names by 'group'");
        yield return Input("The word for what clusters share", "extends: base", "unknown-key", "What clusters share is under 'defaults'");
        yield return Input("One provider without a list", "externalDns: { provider: aws, domainFilters: [example.com] }", "unknown-key",
            "is an entry of 'externalDns.instances'");
        yield return Input("A credential in plain text",
            Instances("{ name: a, provider: cloudflare, apiToken: hunter2hunter2, domainFilters: [example.com] }"),
            "secret-in-plain-text", "the definition holds its name alone (secretName)");
    }

    [TestCaseSource(nameof(Inputs))]
    public async Task Is_refused_with_the_fix_and_nothing_is_written(string keys, string rule, string fix)
    {
        using var folder = new TemporaryFolder();
        var definition = folder.Write("platform.yaml", $$"""
            repository: { url: https://github.com/example/platform.git }
            clusters:
              - name: infra
                network: { pods: 10.244.0.0/16, services: 10.245.0.0/16 }
                {{keys}}

            """);

        var run = await Verb.Run("generate", "-f", definition);

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain($" {rule}: ");
        run.Error.ShouldContain(fix);
        run.Error.ShouldContain("Nothing was written.");
        run.Error.ShouldNotContain("hunter2");
        Directory.EnumerateFileSystemEntries(folder.Path).ShouldBe([definition]);
    }
}
