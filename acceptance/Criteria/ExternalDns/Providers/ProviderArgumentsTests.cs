namespace PlatformGitOps.Acceptance.Criteria.ExternalDns.Providers;

/// <summary>
/// The real External-DNS parses the tree's arguments for each provider: it parses all of them before it connects to the API server,
/// whatever providers it was built with. Skipped without the program.
/// </summary>
[Category("ExternalDns")]
internal sealed class ProviderArgumentsTests
{
    private const string Common = "sources: [service, ingress, crd, gateway-httproute], policy: sync, domainFilters: [example.com, "
        + "example.org], excludeDomains: [internal.example.com], ownerId: own, migrateFromOwner: old, txtPrefix: 'edns-%{record_type}.', "
        + "interval: 45s, minTtl: 90, dryRun: true";

    private static readonly string[] CommonValues =
    [
        "Sources:[service ingress crd gateway-httproute]", "Policy:sync", "DomainFilter:[example.com example.org]",
        "DomainExclude:[internal.example.com]", "TXTOwnerID:own", "TXTOwnerOld:old", "TXTPrefix:edns-%{record_type}.", "Interval:45s",
        "MinTTL:1m30s", "DryRun:true", "Registry:txt", "AnnotationPrefix:external-dns.alpha.kubernetes.io/", "UpdateEvents:true",
    ];

    private static IEnumerable<TestCaseData> Providers()
    {
        yield return Case("aws", "zoneIds: [Z0123456789], aws: { zoneType: private, assumeRole: 'arn:aws:iam::123456789012:role/dns' }",
            "Provider:aws", "AWSZoneType:private", "AWSAssumeRole:arn:aws:iam::123456789012:role/dns", "ZoneIDFilter:[Z0123456789]");
        yield return Case("google", "zoneIds: ['1234567890'], google: { project: my-project, visibility: private }",
            "Provider:google", "GoogleProject:my-project", "GoogleZoneVisibility:private", "ZoneIDFilter:[1234567890]");
        yield return Case("azure", $"azure: {{ resourceGroup: my-rg, subscriptionId: {Guid} }}",
            "Provider:azure", "AzureResourceGroup:my-rg", $"AzureSubscriptionID:{Guid}",
            "AzureConfigFile:/etc/external-dns/azure/azure.json");
        yield return Case("azure", $"azure: {{ resourceGroup: my-rg, subscriptionId: {Guid}, privateZones: true }}",
            "Provider:azure-private-dns", "AzureResourceGroup:my-rg");
        yield return Case("cloudflare", "zoneIds: [023e105f4ecef8ad9ca31a8372d0c353], cloudflare: { proxied: true }",
            "Provider:cloudflare", "CloudflareProxied:true", "ZoneIDFilter:[023e105f4ecef8ad9ca31a8372d0c353]");
        yield return Case("rfc2136", "rfc2136: { host: 192.0.2.53, port: 5353, keyName: external-dns, algorithm: hmac-sha512 }",
            "Provider:rfc2136", "RFC2136Host:[192.0.2.53]", "RFC2136Port:5353", "RFC2136Zone:[example.com example.org]",
            "RFC2136TSIGKeyName:external-dns", "RFC2136TSIGSecretAlg:hmac-sha512", "RFC2136AXFR:true", "RFC2136MinTTL:1s");
        yield return Case("webhook", "webhook: { image: 'registry.example.com/webhook:1.0.0' }",
            "Provider:webhook", "WebhookProviderURL:http://localhost:8888");
    }

    [TestCaseSource(nameof(Providers))]
    [CancelAfter(60_000)]
    public async Task The_program_reads_every_argument_with_its_intended_value(
        string provider, string keys, string[] values, CancellationToken token)
    {
        var printed = await Printed(Instance(provider, keys).Arguments, token);
        printed.ShouldContain(NoApiServer);
        foreach (var value in values)
        {
            printed.ShouldContain($" {value} ");
        }
    }

    private static IEnumerable<TestCaseData> Sabotages()
    {
        yield return new TestCaseData("--aws-zone-type=private", "--aws-zone-types=private", "unknown long flag '--aws-zone-types'");
        yield return new TestCaseData("--aws-zone-type=private", "--aws-zone-type=hidden", "enum value must be one of");
        yield return new TestCaseData("--interval=45s", "--interval=45", "missing unit in duration");
        yield return new TestCaseData("--annotation-prefix=external-dns.alpha.kubernetes.io/",
            "--annotation-prefix=external-dns.alpha.kubernetes.io", "--annotation-prefix must end with '/'");
    }

    [TestCaseSource(nameof(Sabotages))]
    [Category("Sabotage")]
    [CancelAfter(60_000)]
    public async Task A_sabotage_is_detected(string argument, string instead, string says, CancellationToken token)
    {
        var instance = Instance("aws", "aws: { zoneType: private }").With(argument, instead);
        var printed = await Printed(instance.Arguments, token);
        printed.ShouldContain(says);
        printed.ShouldNotContain(NoApiServer);
    }

    /// <summary>Printed after the arguments were parsed and checked.</summary>
    private const string NoApiServer = "missing-kubeconfig: no such file or directory";

    private const string Guid = "11111111-2222-3333-4444-555555555555";

    private static TestCaseData Case(string provider, string keys, params IEnumerable<string> values) =>
        new TestCaseData(provider, keys, CommonValues.Concat(values).ToArray()).SetArgDisplayNames(provider, keys);

    private static DeliveredInstance Instance(string provider, string keys) =>
        DeliveredInstance.Of("infra", $"{{ name: own, provider: {provider}, {Common}, {keys} }}");

    /// <summary>Its output until it ends.</summary>
    private static async Task<string> Printed(IEnumerable<string> arguments, CancellationToken token)
    {
        var folder = RunSession.NewFolder("external-dns");
        var missing = Path.Combine(folder, "missing-kubeconfig");
        using var program = LocalProgram.Start(LocalProgram.Need("external-dns"),
        [
            // Another test may use the port.
            .. arguments.Where(argument => !argument.StartsWith("--metrics-address=", StringComparison.Ordinal)),
            "--metrics-address=127.0.0.1:0",
            $"--kubeconfig={missing}",
        ], folder);
        await Eventually.Within(TimeSpan.FromSeconds(30),
            () => program.Runs.ShouldBeFalse("without an API server it ends"),
            "the program ends", token);
        return program.Output;
    }
}
