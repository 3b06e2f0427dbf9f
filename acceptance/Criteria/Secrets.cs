namespace PlatformGitOps.Acceptance.Criteria;

/// <summary>A Secret that the definition names and a user creates; the repository never has it.</summary>
/// <param name="Key">The key of platform.yaml.</param>
public sealed record NamedSecret(string Key, string Namespace, string Name)
{
    private const string Flux = "flux-system";

    public static IReadOnlyList<NamedSecret> Of(RenderedCluster tree)
    {
        var (platform, cluster) = (tree.Platform, tree.Definition);
        var all = new List<(string Key, string Namespace, DomainName? Name)>
        {
            ("repository.secretName", Flux, platform.Repository.SecretName),
            ("repository.certSecretName", Flux, platform.Repository.CertificateSecret),
            ("repository.proxySecretName", Flux, platform.Repository.ProxySecret),
            ("repository.verify.secretName", Flux, platform.Repository.Verify?.SecretName),
            ("flux.decryption.secretName", Flux, cluster.Flux.DecryptionSecret),
        };
        all.AddRange(cluster.Notifications.Select(receiver => ("notifications[].secretName", Flux, receiver.SecretName)));
        foreach (var (chart, place) in new[] { ("coredns", "kube-system"), ("monitoringCrds", Flux) })
        {
            var access = platform.Charts[chart].Access;
            all.Add(($"charts.{chart}.secretName", place, access.Credentials));
            all.Add(($"charts.{chart}.certSecretName", place, access.Certificates));
            all.Add(($"charts.{chart}.proxySecretName", place, access.Proxy));
        }

        return
        [
            .. all.Where(secret => secret.Name is not null)
                .Select(secret => new NamedSecret(secret.Key, secret.Namespace, secret.Name!.Text)),
        ];
    }
}

[Criterion("Secrets", "Flux asks for the Secrets that the definition names, and for no other", SwitchesOn = Feature.NamedSecrets)]
[Check("Secrets.1", "Each Secret of a repository, a registry or a receiver is asked for in its namespace",
    "the names of the definition, in the namespaces of docs/definition.md", Command = "kubectl --context {context} get secrets -A")]
[Check("Secrets.2", "Flux fetches what needs a Secret", "each source that names a Secret has its artifact",
    Command = "kubectl --context {context} get gitrepositories,ocirepositories,helmrepositories,helmcharts -A")]
[Check("Secrets.3", "No Secret that Flux applies is still encrypted", "values without SOPS' ENC[...]",
    Command = "kubectl --context {context} -n flux-system get kustomizations")]
[Check("Secrets.4", "Flux takes a commit or an artifact only with the signature of a key in the Secret of repository.verify",
    "SourceVerified is True", Needs = Feature.SignedSource,
    Command = "kubectl --context {context} -n flux-system get gitrepositories,ocirepositories -o jsonpath={.items[*].status.conditions}")]
public static class SecretsCriterion
{
    /// <summary>The marker of a value that SOPS has encrypted, also in a document.</summary>
    private const string Encrypted = "ENC[AES256_GCM,";

    internal static IReadOnlyList<StaticSabotage> StaticSabotages =>
    [
        new("the chart's source asks for another Secret", "Secrets.1", "Flux asks for other Secrets", tree =>
            JsonPath.Set(Source(tree).Document, "spec.secretRef.name", "other")),
        new("the chart's source asks without the CA", "Secrets.1", "Flux asks for other Secrets", tree =>
            JsonPath.Set(Source(tree).Document, "spec.certSecretRef", null)),
        new("commits are not verified", "Secrets.4", "is not verified as repository.verify says", tree =>
            JsonPath.Set(OfTree(tree).Document, "spec.verify", null)) { Definition = "room" },
        new("artifacts may be signed by anybody whom a public authority knows", "Secrets.4", "is not verified as repository.verify says",
            tree => JsonPath.Set(OfTree(tree).Document, "spec.verify.secretRef", null)) { Definition = "staged" },
        new("a Kustomization takes another source than the one that is verified", "Secrets.4", "other sources than OCIRepository platform",
            tree => JsonPath.Set(tree.Flux.First(resource => resource.Is(ResourceKind.FluxKustomization)).Document,
                "spec.sourceRef.kind", "GitRepository")) { Definition = "staged" },
    ];

    [StaticCheck("Secrets.1", "every secretRef, certSecretRef and proxySecretRef of Flux' objects")]
    public static void Named(RenderedCluster tree)
    {
        // The layer of the CRDs is the same in each cluster; a cluster without monitoring has none.
        var wanted = NamedSecret.Of(tree)
            .Where(secret => tree.Definitions.Count > 0 || !secret.Key.StartsWith("charts.monitoringCrds", StringComparison.Ordinal));
        tree.Flux.Concat(tree.Delivered).Concat(tree.Definitions).Where(resource => resource.IsOfFlux)
            .SelectMany(resource => References(resource.At("spec")).Select(name => $"{resource.Namespace}/{name}")).Distinct()
            .ShouldBe(wanted.Select(secret => $"{secret.Namespace}/{secret.Name}").Distinct(), ignoreOrder: true,
                "Flux asks for other Secrets than the definition names");
    }

    [LiveCheck("Secrets.2", "the sources of the cluster's tree that name a Secret, and what Flux says of each")]
    public static async Task Fetched(LiveCluster cluster, CancellationToken cancellationToken)
    {
        var sources = cluster.Tree.Flux.Concat(cluster.Tree.Delivered).Concat(cluster.Tree.Definitions).Where(IsSource)
            .Where(source => References(source.At("spec")).Any()).ToList();
        cluster.Needs(sources.Count > 0, "no source of the tree names a Secret");
        foreach (var source in sources)
        {
            var live = await Ready(cluster, ResourceKind.Of(source).Named(source.Name, source.Namespace), cancellationToken);
            live.Text("status.artifact.revision").ShouldNotBeNull($"{source} is ready without an artifact");
            EvidenceLog.Observed($"{source}: {live.Text("status.artifact.revision")}");
        }
    }

    [LiveCheck("Secrets.3", "the values of each Secret in the inventory of a Kustomization that decrypts")]
    public static async Task Decrypted(LiveCluster cluster, CancellationToken cancellationToken)
    {
        var secrets = await Applied(cluster, cancellationToken);
        foreach (var address in secrets)
        {
            var secret = await cluster.Require(address, cancellationToken);
            var encrypted = secret.Map("data").Where(entry => IsEncrypted(entry.Value)).Select(entry => entry.Key);
            encrypted.ShouldBeEmpty($"keys of {address} that SOPS has encrypted and Flux has applied as they are");
            EvidenceLog.Observed($"{address}: {secret.Map("data").Count} keys, decrypted");
        }
    }

    [StaticCheck("Secrets.4", "what the source of the tree is and verifies, and which source the Kustomizations take")]
    public static void Signer(RenderedCluster tree)
    {
        var repository = tree.Platform.Repository;
        var (source, signer) = (FluxDelivery.SourceOf(tree), repository.Verify!);
        var isOci = repository.Kind == SourceKind.Oci;
        $"{source.Kind} {source.Text("spec.url")} {source.Text("spec.ref.tag") ?? source.Text("spec.ref.branch")}".ShouldBe(
            $"{(isOci ? "OCIRepository" : "GitRepository")} {repository.Url} {repository.Tag ?? repository.Branch}",
            $"the source is not what repository.kind, url and {(repository.Tag is null ? "branch" : "tag")} say");
        source.Part("spec.verify").ShouldNotBeNull($"{source} is not verified as repository.verify says");
        string?[] verified =
        [
            source.Text($"spec.verify.{(isOci ? "provider" : "mode")}"), source.Text("spec.verify.secretRef.name"),
            source.Text("spec.verify.matchOIDCIdentity[0].issuer"), source.Text("spec.verify.matchOIDCIdentity[0].subject"),
        ];
        verified.ShouldBe(
            [isOci ? "cosign" : signer.Mode, signer.SecretName?.Text, signer.Identity?.Issuer, signer.Identity?.Subject],
            $"{source} is not verified as repository.verify says");
        tree.Flux.Where(resource => resource.Is(ResourceKind.FluxKustomization))
            .Select(resource => $"{resource.Text("spec.sourceRef.kind")} {resource.Text("spec.sourceRef.name")}").Distinct()
            .ShouldBe([$"{source.Kind} {source.Name}"], $"Kustomizations take other sources than {source.Kind} {source.Name}");
    }

    [LiveCheck("Secrets.4", "what Flux says of the signature of the newest commit or artifact")]
    public static async Task Verified(LiveCluster cluster, CancellationToken cancellationToken)
    {
        var live = await cluster.Require(await VerifiedSource(cluster, cancellationToken), cancellationToken);
        Conditions.Holds(live, "SourceVerified").ShouldBeTrue(Conditions.Say(live, "SourceVerified"));
        EvidenceLog.Observed(Conditions.Say(live, "SourceVerified"));
    }

    /// <summary>The source of the tree, whose commits or artifacts Flux verifies.</summary>
    private static async Task<ResourceAddress> VerifiedSource(LiveCluster cluster, CancellationToken cancellationToken)
    {
        cluster.Needs(FluxDelivery.SourceOf(cluster.Tree).At("spec.verify") is not null,
            Repository.Platform.Repository.Verify is { SecretName: null }
                ? "repository.verify names an identity, and the suite signs with a key: write secretName to run it"
                : "repository.verify is not set");
        var address = FluxDelivery.Source(cluster.Tree);
        await NeedsFlux(cluster, address, cancellationToken);
        return address;
    }

    /// <summary>The Secrets that Flux has applied from Kustomizations with decryption; at least one.</summary>
    private static async Task<IReadOnlyList<ResourceAddress>> Applied(LiveCluster cluster, CancellationToken cancellationToken)
    {
        cluster.Needs(cluster.Tree.Definition.Flux.DecryptionSecret is not null, "the definition has no flux.decryption");
        var secrets = new List<ResourceAddress>();
        foreach (var kustomization in cluster.Tree.Flux.Where(resource => resource.At("spec.decryption") is not null))
        {
            secrets.AddRange(Inventory(await Ready(
                cluster, ResourceKind.FluxKustomization.Named(kustomization.Name, kustomization.Namespace), cancellationToken)));
        }

        cluster.Needs(secrets.Count > 0, "Flux has applied no Secret from this repository");
        return secrets;
    }

    internal static IReadOnlyList<LiveSabotage> LiveSabotages =>
    [
        LiveSabotage.Restoring(
            "a Secret is applied as it was encrypted", "Secrets.3", "applied as they are",
            async (cluster, token) => await cluster.Require((await Applied(cluster, token))[0], token),
            (cluster, secret, token) => Change(cluster, secret, "stringData", $"{Encrypted}data:x,iv:x,tag:x]", token),
            (cluster, secret, token) => Change(cluster, secret, "data", secret.Map("data").First().Value, token)),
        Untrusted("the newest commit or artifact has no signature", TreeSigner.Nobody),
        Untrusted("the newest commit or artifact has the signature of another key", TreeSigner.Stranger),
    ];

    /// <summary>Publishes the tree with another signature or none; the cluster keeps its revision.</summary>
    private static LiveSabotage Untrusted(string name, TreeSigner signer) => LiveSabotage.Restoring(
        name, "Secrets.4", "SourceVerified=False",
        (cluster, token) =>
        {
            cluster.Needs(cluster.Delivery is FluxDelivery, "the suite serves the source only where it delivers by flux");
            return VerifiedSource(cluster, token);
        },
        async (cluster, source, token) =>
        {
            var refused = await FluxDelivery.PublishUntrusted(
                cluster.Platform, cluster.Tree, cluster.Cluster, cluster.Api, signer, token);
            (await cluster.Require(source, token)).Text("status.artifact.revision").ShouldNotBeNull()
                .ShouldNotEndWith(refused, customMessage: "Flux has fetched what nobody trusts");
        },
        (cluster, _, token) => cluster.Delivery!.Deliver(cluster.Platform, cluster.Tree, cluster.Cluster, cluster.Api, token));

    /// <summary>The Secrets that a Kustomization has applied, from inventory entries namespace_name_group_kind.</summary>
    internal static IEnumerable<ResourceAddress> Inventory(Resource kustomization) =>
        from entry in kustomization.Parts("status.inventory.entries")
        let parts = entry.Text("id")!.Split('_')
        where parts is [_, _, "", "Secret"]
        select ResourceKind.Secret.Named(parts[1], parts[0]);

    internal static bool IsEncrypted(string? value) =>
        value is not null && Encoding.UTF8.GetString(Convert.FromBase64String(value)).Contains(Encrypted);

    /// <summary>Changes the value of a Secret's first key; its other fields stay Flux's.</summary>
    private static Task Change(LiveCluster cluster, Resource secret, string field, string value, CancellationToken cancellationToken) =>
        cluster.Api.Patch(
            ResourceKind.Secret.Named(secret.Name, secret.Namespace),
            new JsonObject { [field] = new JsonObject { [secret.Map("data").First().Key] = value } },
            cancellationToken);

    private static bool IsSource(Resource resource) =>
        resource.Kind is "GitRepository" or "OCIRepository" or "HelmRepository" && resource.Text("spec.type") != "oci";

    /// <summary>Flux reconciles at every interval, and the condition is unknown meanwhile.</summary>
    private static async Task<Resource> Ready(LiveCluster cluster, ResourceAddress address, CancellationToken cancellationToken)
    {
        await NeedsFlux(cluster, address, cancellationToken);
        return await Eventually.Within(
            TimeSpan.FromSeconds(60),
            async token =>
            {
                var live = await cluster.Require(address, token);
                Conditions.Holds(live, "Ready").ShouldBeTrue(Conditions.Say(live, "Ready"));
                return live;
            },
            $"Flux is done with {address}",
            cancellationToken);
    }

    private static async Task NeedsFlux(LiveCluster cluster, ResourceAddress address, CancellationToken cancellationToken)
    {
        var definition = ResourceKind.CustomResourceDefinition.Named(
            $"{address.Kind.Plural}.{address.Kind.ApiVersion.Split('/')[0]}", null);
        cluster.Needs(
            await cluster.Api.Get(definition, cancellationToken) is not null,
            "Flux is not installed; the setting delivery is not flux");
    }

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject map => map.SelectMany(entry =>
            entry.Key is "secretRef" or "certSecretRef" or "proxySecretRef" && entry.Value?["name"] is { } name
                ? [(string)name!] : References(entry.Value)),
        JsonArray items => items.SelectMany(References),
        _ => [],
    };

    private static Resource Source(SabotagedTree tree) => tree.Delivered.Single(resource => resource.Kind == "OCIRepository");

    private static Resource OfTree(SabotagedTree tree) => tree.Flux.Single(resource => resource.Kind is "GitRepository" or "OCIRepository");
}

public sealed class NamedSecretTests
{
    [TestCase("ENC[AES256_GCM,data:p8E=,iv:x,tag:y,type:str]", true)]
    [TestCase("""{"password": "ENC[AES256_GCM,data:p8E=,iv:x,tag:y,type:str]"}""", true)]
    [TestCase("word", false)]
    [TestCase("", false)]
    public void A_file_encrypted_by_SOPS_is_recognized(string text, bool encrypted) =>
        SecretsCriterion.IsEncrypted(Convert.ToBase64String(Encoding.UTF8.GetBytes(text))).ShouldBe(encrypted);

    [Test]
    public void The_Secrets_of_a_Kustomization_are_read_from_its_inventory()
    {
        var kustomization = new Resource(JsonNode.Parse(
            """
            { "status": { "inventory": { "entries": [
              { "id": "shop_database_apps_Deployment", "v": "v1" }, { "id": "shop_database__Secret", "v": "v1" },
              { "id": "_shop__Namespace", "v": "v1" }, { "id": "shop_other__ConfigMap", "v": "v1" } ] } } }
            """)!.AsObject());

        SecretsCriterion.Inventory(kustomization).ShouldBe([ResourceKind.Secret.Named("database", "shop")]);
    }

    /// <summary>The rows of "Secrets that you create": key, namespace, and the keys of the Secret.</summary>
    [Test]
    public void The_documentation_names_the_namespace_of_each_Secret()
    {
        var file = StorySample.Definition("staged");
        var tree = RenderedCluster.From(DefinedTree.Generated(DefinedTree.Read(file), null), "lab");
        var documented = File.ReadLines(Path.Combine(Delivery.Repository.Product, "docs", "definition.md"))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries)).Where(cells => cells.Length == 5)
            .SelectMany(cells => cells[1].Split(", ").Select(key => $"{key.Trim('`')} {cells[2]}")).ToHashSet();
        NamedSecret.Of(tree).Select(secret => $"{secret.Key} {secret.Namespace}").Except(documented)
            .ShouldBeEmpty("docs/definition.md, Secrets that you create");
    }
}
