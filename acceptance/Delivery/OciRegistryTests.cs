using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography.X509Certificates;
using PlatformGitOps.Generator.Emission;

namespace PlatformGitOps.Acceptance.Delivery;

public sealed class OciRegistryTests
{
    private static readonly SourceRepository Defined = StorySample.Tree.Platform.Repository with
    {
        Kind = SourceKind.Oci,
        Url = "oci://registry.example.com/platform",
        Branch = null,
        Tag = "stable",
        SecretName = DomainName.Parse("credentials"),
        Verify = new SourceSigner(DomainName.Parse("keys"), "HEAD", null),
    };

    private static CancellationToken Token => TestContext.CurrentContext.CancellationToken;

    [TestCase("127.0.0.1")]
    [TestCase("::1")]
    public async Task A_client_that_trusts_the_authority_reads_what_was_published_last(string address)
    {
        Assume.That(address != "::1" || Require.HasIPv6, "this machine has no IPv6 loopback address");
        await using var registry = await OciRegistry.Start(IPAddress.Parse(address), Token);
        var source = registry.Source(Defined, "infra");
        await Publish(registry, new GeneratedFile("old.yaml", "a: 1\n"), TreeSigner.Nobody);
        var path = $"kubernetes/{new string('n', 120)}/new.yaml";
        var revision = await Publish(registry, new GeneratedFile(path, "b: 2\n"), TreeSigner.Nobody);
        using var client = await Client(registry, source);

        var (manifest, digest) = await Read(client, "manifests/stable");
        digest.ShouldBe($"sha256:{revision}", "what Flux reports as its revision");
        manifest.Text("config.mediaType").ShouldBe("application/vnd.cncf.flux.config.v1+json");
        var layer = manifest.Parts("layers").ShouldHaveSingleItem();
        layer.Text("mediaType").ShouldBe("application/vnd.cncf.flux.content.v1.tar+gzip");
        foreach (var part in new[] { layer, manifest.Part("config")! })
        {
            var bytes = await client.GetByteArrayAsync(new Uri($"blobs/{part.Text("digest")}", UriKind.Relative), Token);
            $"{Sha256(bytes)} {bytes.Length}".ShouldBe($"{part.Text("digest")} {part.Text("size")}");
        }

        (await Files(client, layer)).ShouldBe([(path, "b: 2\n")]);
        using var asked = new HttpRequestMessage(HttpMethod.Head, "manifests/stable");
        using var head = await client.SendAsync(asked, Token);
        head.Content.Headers.ContentLength.ShouldBe(Encoding.UTF8.GetByteCount(manifest.Document.ToJsonString()));
        head.Headers.GetValues("Docker-Content-Digest").ShouldBe([digest]);
        using var nothing = await client.GetAsync(new Uri($"referrers/{digest}", UriKind.Relative), Token);
        nothing.StatusCode.ShouldBe(HttpStatusCode.NotFound, "cosign then looks at the tag of the signature");
    }

    [Test]
    public async Task An_artifact_has_the_signature_of_who_signed_it()
    {
        await using var registry = await OciRegistry.Start(IPAddress.Loopback, Token);
        var source = registry.Source(Defined, "infra");
        var secrets = await registry.Secrets(source, Token);
        using var key = ECDsa.Create();
        key.ImportFromPem(secrets.Single(secret => secret.Name == "keys").Map("stringData")["acceptance.pub"]);
        using var client = await Client(registry, source);
        var verified = new List<bool>();
        foreach (var signer in new[] { TreeSigner.Suite, TreeSigner.Stranger })
        {
            var revision = await Publish(registry, new GeneratedFile("a.yaml", "a: 1\n"), signer);
            var (manifest, _) = await Read(client, $"manifests/sha256-{revision}.sig");
            var layer = manifest.Parts("layers").ShouldHaveSingleItem();
            layer.Text("mediaType").ShouldBe("application/vnd.dev.cosign.simplesigning.v1+json");
            var payload = await client.GetByteArrayAsync(new Uri($"blobs/{layer.Text("digest")}", UriKind.Relative), Token);
            new Resource(JsonNode.Parse(payload)!.AsObject()).Text("critical.image.docker-manifest-digest").ShouldBe($"sha256:{revision}");
            var signature = Convert.FromBase64String(layer.Map("annotations")["dev.cosignproject.cosign/signature"]);
            verified.Add(key.VerifyData(payload, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
        }

        verified.ShouldBe([true, false]);
        var unsigned = await Publish(registry, new GeneratedFile("a.yaml", "a: 1\n"), TreeSigner.Nobody);
        using var none = await client.GetAsync(new Uri($"manifests/sha256-{unsigned}.sig", UriKind.Relative), Token);
        none.StatusCode.ShouldBe(HttpStatusCode.NotFound, "the same files once more are another artifact");
    }

    [Test]
    public async Task The_source_is_the_definitions_with_the_registry_of_the_suite()
    {
        await using var registry = await OciRegistry.Start(IPAddress.Loopback, Token);

        var source = registry.Source(Defined, "infra");
        source.Url.ShouldMatch(@"^oci://127\.0\.0\.1:\d+/trees/infra$");
        source.Tag.ShouldBe("stable");
        source.SecretName.ShouldBeNull("the suite's registry has no password");
        source.Verify!.SecretName!.Text.ShouldBe("keys");
        (await registry.Secrets(source, Token)).Select(secret => secret.Name).ShouldBe([source.CertificateSecret!.Text, "keys"]);

        var keyless = Defined with { Verify = new SourceSigner(null, "HEAD", new CosignIdentity("^https://issuer$", "^me$")) };
        registry.Source(keyless, "infra").Verify.ShouldBeNull("the suite has a key alone");
    }

    [Test]
    public async Task A_cluster_with_a_tag_of_its_own_follows_it_in_the_registry_of_the_suite()
    {
        await using var registry = await OciRegistry.Start(IPAddress.Loopback, Token);
        var platform = DefinedTree.Read(StorySample.Definition("staged"));
        var tree = RenderedCluster.From(DefinedTree.Generated(FluxDelivery.Served(platform, "lab", registry), null), "lab");

        var source = FluxDelivery.SourceOf(tree);
        $"{source.Kind} {source.Text("spec.url")}".ShouldBe($"OCIRepository {registry.Source(Defined, "lab").Url}");
        source.Text("spec.ref.tag").ShouldBe("next");
        source.Text("spec.verify.secretRef.name").ShouldBe("platform-keys");
    }

    private static Task<string> Publish(OciRegistry registry, GeneratedFile file, TreeSigner signer) =>
        registry.Publish(Defined, "infra", [file], signer, Token);

    /// <summary>A client for the source's repository that only trusts the CA in its Secret.</summary>
    private static async Task<HttpClient> Client(OciRegistry registry, SourceRepository source)
    {
        var secret = (await registry.Secrets(source, Token)).Single(one => one.Name == source.CertificateSecret!.Text);
        var trusted = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trusted.CustomTrustStore.Add(X509Certificate2.CreateFromPem(secret.Map("stringData")["ca.crt"]));
        var handler = new SocketsHttpHandler();
        handler.SslOptions.CertificateChainPolicy = trusted;
        var path = source.Url["oci://".Length..].Split('/', 2);
        return new HttpClient(handler) { BaseAddress = new Uri($"https://{path[0]}/v2/{path[1]}/") };
    }

    private static async Task<(Resource Manifest, string Digest)> Read(HttpClient client, string path)
    {
        using var answer = await client.GetAsync(new Uri(path, UriKind.Relative), Token);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, path);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/vnd.oci.image.manifest.v1+json");
        var bytes = await answer.Content.ReadAsByteArrayAsync(Token);
        var digest = answer.Headers.GetValues("Docker-Content-Digest").Single();
        digest.ShouldBe(Sha256(bytes));
        return (new Resource(JsonNode.Parse(bytes)!.AsObject()), digest);
    }

    private static async Task<List<(string Path, string Text)>> Files(HttpClient client, Resource layer)
    {
        await using var blob = await client.GetStreamAsync(new Uri($"blobs/{layer.Text("digest")}", UriKind.Relative), Token);
        await using var tar = new TarReader(new GZipStream(blob, CompressionMode.Decompress));
        var files = new List<(string, string)>();
        while (await tar.GetNextEntryAsync(copyData: true, Token) is { } entry)
        {
            using var text = new StreamReader(entry.DataStream!);
            files.Add((entry.Name, await text.ReadToEndAsync(Token)));
        }

        return files;
    }

    private static string Sha256(byte[] bytes) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(bytes))}";
}
