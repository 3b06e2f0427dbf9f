namespace PlatformGitOps.Acceptance.Criteria.ExternalDns;

/// <summary>The YAML in docs/integrations.md.</summary>
internal static class IntegrationsPage
{
    private static readonly IReadOnlyList<string> Blocks =
    [
        .. File.ReadAllText(Path.Combine(Repository.Product, "docs", "integrations.md")).ReplaceLineEndings("\n").Split("```yaml\n").Skip(1)
            .Select(block => block.Split("```")[0]),
    ];

    public static Resource Issuer => YamlDocuments.Resources(
        Blocks.Single(block => block.Contains("kind: ClusterIssuer"))).Single();

    public static string Instance => Blocks.Single(block => block.Contains("externalDns:"));

    public static Resource Solver(Resource issuer) => issuer.Parts("spec.acme.solvers").Single();

    /// <summary>As cert-manager interprets the fields (its algorithms have no dash). The key itself is in a Secret.</summary>
    public static SignedUpdate UpdateOf(Resource issuer)
    {
        var solver = Solver(issuer);
        return new SignedUpdate(
            solver.Text("dns01.rfc2136.nameserver")!, solver.Text("dns01.rfc2136.tsigKeyName")!,
            solver.Text("dns01.rfc2136.tsigAlgorithm") switch
            {
                "HMACSHA1" => "hmac-sha1",
                "HMACSHA256" => "hmac-sha256",
                "HMACSHA512" => "hmac-sha512",
                var other => throw new InvalidDataException($"cert-manager does not know the algorithm '{other}'"),
            },
            "");
    }
}

internal sealed class IntegrationsPageTests
{
    [Test]
    public void The_issuer_of_the_page_has_the_server_and_the_key_of_its_instance()
    {
        const string Cluster = "  - name: infra\n";
        var text = "repository: { url: https://github.com/example/platform.git }\n" + IntegrationsPage.Instance.Replace(
            Cluster, Cluster + "    network: { pods: 10.244.0.0/16, services: 10.245.0.0/16 }\n");
        var platform = PlatformText.Read("platform.yaml", Encoding.UTF8.GetBytes(text)).ShouldBeOfType<PlatformReading.Valid>().Platform;
        var instance = platform.Clusters.Single().Of<ExternalDnsSettings>()!.Instances.Single();
        var delivered = DeliveredInstance.Of("infra", "{ name: own, provider: rfc2136, policy: sync, domainFilters: [example.com], "
            + "rfc2136: { host: 192.168.10.5, keyName: external-dns } }").Objects.Single(resource => resource.Kind == "Deployment")
            .Parts("spec.template.spec.containers")[0].Parts("env")
            .Single(variable => variable.Text("valueFrom.secretKeyRef.name") is not null);
        var solver = IntegrationsPage.Solver(IntegrationsPage.Issuer);

        IntegrationsPage.UpdateOf(IntegrationsPage.Issuer).ShouldBe(new SignedUpdate(
            $"{instance.Rfc2136.Host}:{instance.Rfc2136.Port}",
            instance.Rfc2136.KeyName!, instance.Rfc2136.Algorithm, ""));
        solver.Text("dns01.rfc2136.tsigSecretSecretRef.name").ShouldBe(instance.SecretName);
        solver.Text("dns01.rfc2136.tsigSecretSecretRef.key").ShouldBe(delivered.Text("valueFrom.secretKeyRef.key"));
        solver.Texts("selector.dnsZones").ShouldBe(instance.Domains.Select(domain => domain.Text));
    }
}
