namespace PlatformGitOps.Acceptance.Criteria.ExternalDns.Providers;

/// <summary>
/// The real External-DNS with the tree's pod reads its credentials and calls its provider's API. A proxy that refuses is the only way out:
/// it shows the requested host, and nothing reaches the provider. Skipped without the program or its provider.
/// </summary>
[Category("ExternalDns")]
[NonParallelizable]
internal sealed class ProviderStartTests : ExternalDnsFixture
{
    private const string Role = "arn:aws:iam::123456789012:role/external-dns";

    private const string Guid = "11111111-2222-3333-4444-555555555555";

    private static IEnumerable<TestCaseData> Providers()
    {
        var azure = new Dictionary<string, string>
        {
            ["azure-tenant-id"] = Guid,
            ["azure-client-id"] = Guid,
            ["azure-client-secret"] = "planted-secret",
        };
        var key = new Dictionary<string, string> { ["key.json"] = GoogleKey() };
        yield return Case("aws", "aws: { region: eu-central-1 }", "route53.amazonaws.com:443",
            new Dictionary<string, string> { ["aws-access-key-id"] = "AKIAEXAMPLE", ["aws-secret-access-key"] = "planted-secret" });
        yield return Case("aws", "aws: { region: cn-north-1 }", "route53.amazonaws.com.cn:443",
            new Dictionary<string, string> { ["aws-access-key-id"] = "AKIAEXAMPLE", ["aws-secret-access-key"] = "planted-secret" });
        yield return Case("aws", $"aws: {{ region: eu-central-1, assumeRole: '{Role}' }}", "sts.eu-central-1.amazonaws.com:443",
            new Dictionary<string, string> { ["aws-access-key-id"] = "AKIAEXAMPLE", ["aws-secret-access-key"] = "planted-secret" });
        yield return Case("aws", $"identity: '{Role}', aws: {{ region: eu-central-1 }}", "sts.eu-central-1.amazonaws.com:443", []);
        yield return Case("azure", $"identity: {Guid}, azure: {{ resourceGroup: my-rg, subscriptionId: {Guid} }}",
            "login.microsoftonline.com:443", []);
        yield return Case("google", "google: { project: my-project }", "oauth2.googleapis.com:443", key);
        yield return Case("azure", $"azure: {{ resourceGroup: my-rg, subscriptionId: {Guid} }}", "login.microsoftonline.com:443", azure);
        yield return Case("azure", $"azure: {{ resourceGroup: my-rg, subscriptionId: {Guid}, privateZones: true }}",
            "login.microsoftonline.com:443", azure);
        yield return Case("cloudflare", "cloudflare: {}", "api.cloudflare.com:443",
            new Dictionary<string, string> { ["cloudflare-api-token"] = "planted-secret" });
    }

    [TestCaseSource(nameof(Providers))]
    [CancelAfter(120_000)]
    public async Task The_program_reads_its_credentials_and_calls_its_provider(
        string provider, string keys, string host, Dictionary<string, string> secret, CancellationToken token)
    {
        using var proxy = new ClosedProxy();
        using var instance = await Run(provider, keys, secret, proxy, token);
        await Eventually.Within(TimeSpan.FromSeconds(60),
            () =>
            {
                if (instance.Program.Output.Contains(RunningInstance.UnknownProvider))
                {
                    Assert.Ignore($"this External-DNS was built without the provider {provider}");
                }

                proxy.Asked.ShouldContain(host, $"it printed: {instance.Program.Output}");
            },
            $"it asks {host}", token);
        instance.Program.Output.ShouldNotContain("planted-secret");
        instance.Program.Output.ShouldNotContain("PRIVATE KEY");
    }

    private static IEnumerable<TestCaseData> Sabotages()
    {
        yield return Case("google", "google: { project: my-project }", "could not|credentials|invalid|unexpected",
            new Dictionary<string, string> { ["key.json"] = "{}" });
        yield return Case("cloudflare", "cloudflare: {}", "credentials are not configured",
            new Dictionary<string, string> { ["cloudflare-api-token"] = "" });
        yield return Case("azure", $"azure: {{ resourceGroup: my-rg, subscriptionId: {Guid} }}", "no credentials provided|(?i)tenant",
            new Dictionary<string, string>
            {
                ["azure-tenant-id"] = "",
                ["azure-client-id"] = "",
                ["azure-client-secret"] = "",
            });
    }

    [TestCaseSource(nameof(Sabotages))]
    [Category("Sabotage")]
    [CancelAfter(120_000)]
    public async Task A_sabotage_is_detected(
        string provider, string keys, string says, Dictionary<string, string> secret, CancellationToken token)
    {
        using var proxy = new ClosedProxy();
        using var instance = await Run(provider, keys, secret, proxy, token);
        await Eventually.Within(TimeSpan.FromSeconds(60),
            () => instance.Program.Runs.ShouldBeFalse("without credentials it ends"),
            "it ends", token);
        if (instance.Program.Output.Contains(RunningInstance.UnknownProvider))
        {
            Assert.Ignore($"this External-DNS was built without the provider {provider}");
        }

        instance.Program.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1].ShouldMatch(says);
        proxy.Asked.ShouldBeEmpty();
    }

    private static TestCaseData Case(string provider, string keys, string expected, Dictionary<string, string> secret) =>
        new TestCaseData(provider, keys, expected, secret).SetArgDisplayNames(provider, keys);

    private async Task<RunningInstance> Run(
        string provider, string keys, Dictionary<string, string> secret, ClosedProxy proxy, CancellationToken token)
    {
        var instance = DeliveredInstance.Of("infra",
            $"{{ name: own, provider: {provider}, domainFilters: [example.com], interval: 10s, {keys} }}");
        await instance.Prepare(Cluster.Api, token);
        return await instance.Start(
            ExternalDns, Cluster.ConfigOf(instance.ServiceAccount), secret, await Injected(instance, proxy, token), token);
    }

    /// <summary>The environment of the proxy, and what a cloud's admission webhook adds for a ServiceAccount with an identity.</summary>
    private static async Task<IReadOnlyDictionary<string, string>> Injected(
        DeliveredInstance instance, ClosedProxy proxy, CancellationToken token)
    {
        var annotations = instance.Objects.Single(resource => resource.Kind == "ServiceAccount").Annotations;
        var file = Path.Combine(RunSession.NewFolder("identity"), "token");
        await File.WriteAllTextAsync(file, "planted-secret", token);
        (string, string)[] injected = annotations.GetValueOrDefault("eks.amazonaws.com/role-arn") is { } role
            ? [("AWS_ROLE_ARN", role), ("AWS_WEB_IDENTITY_TOKEN_FILE", file)]
            : annotations.GetValueOrDefault("azure.workload.identity/client-id") is { } client
                ? [("AZURE_CLIENT_ID", client), ("AZURE_TENANT_ID", Guid), ("AZURE_FEDERATED_TOKEN_FILE", file),
                    ("AZURE_AUTHORITY_HOST", "https://login.microsoftonline.com/")]
                : [];
        return proxy.Variables.Concat(injected.Select(pair => KeyValuePair.Create(pair.Item1, pair.Item2)))
            .ToDictionary(pair => pair.Key, pair => pair.Value);
    }

    /// <summary>A service account key that Google does not know.</summary>
    private static string GoogleKey()
    {
        using var key = RSA.Create(2048);
        return new JsonObject
        {
            ["type"] = "service_account",
            ["project_id"] = "my-project",
            ["private_key_id"] = "1",
            ["private_key"] = key.ExportPkcs8PrivateKeyPem(),
            ["client_email"] = "external-dns@my-project.iam.gserviceaccount.com",
            ["client_id"] = "1",
            ["token_uri"] = "https://oauth2.googleapis.com/token",
        }.ToJsonString();
    }
}
