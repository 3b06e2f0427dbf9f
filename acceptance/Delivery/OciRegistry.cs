using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using PlatformGitOps.Generator.Emission;

namespace PlatformGitOps.Acceptance.Delivery;

/// <summary>
/// A registry with an artifact for each cluster, served by this process over HTTPS at an address that the cluster's pods can reach. It only
/// supports the reads of Flux and cosign: manifests and blobs, no push.
/// </summary>
public sealed class OciRegistry : ITreeServer
{
    private static readonly ReachableServers<OciRegistry> Servers = new((address, _, token) => Start(address, token));

    private const string Api = "/v2/";

    private const string DefaultTag = "latest";

    /// <summary>The Secret with the CA of the registry's certificate.</summary>
    private static readonly DomainName AuthoritySecret = DomainName.Parse("acceptance-registry");

    /// <summary>By path, such as trees/infra/manifests/latest.</summary>
    private readonly ConcurrentDictionary<string, OciContent> contents = new();

    private readonly IssuedCertificate certificate;
    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa otherKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private WebApplication? web;

    private OciRegistry(IssuedCertificate certificate) => this.certificate = certificate;

    /// <summary>Host and port, as in an image reference.</summary>
    private string Host => new Uri(web!.Urls.Single()).Authority;

    public static Task<OciRegistry> For(KubernetesApi api, CancellationToken cancellationToken) => Servers.For(api, cancellationToken);

    /// <summary>Stops the registries of this run.</summary>
    public static ValueTask Stop() => Servers.DisposeAsync();

    /// <param name="address">This machine's address in the clusters' network.</param>
    public static async Task<OciRegistry> Start(IPAddress address, CancellationToken cancellationToken)
    {
        var registry = new OciRegistry(IssuedCertificate.Make("Registry", address.ToString()));
        registry.web = await LocalWeb.Start(address.ToString(), 0, registry.Answer, cancellationToken, new HttpsConnectionAdapterOptions
        {
            ServerCertificate = X509Certificate2.CreateFromPem(registry.certificate.Certificate, registry.certificate.Key),
        });
        return registry;
    }

    public async ValueTask DisposeAsync()
    {
        if (web is not null)
        {
            await web.DisposeAsync();
        }

        key.Dispose();
        otherKey.Dispose();
    }

    public SourceRepository Source(SourceRepository defined, string role) => defined with
    {
        Url = $"oci://{Host}/{Name(role)}",
        Branch = null,
        Tag = defined.Tag ?? DefaultTag,
        SecretName = null,
        CertificateSecret = AuthoritySecret,
        ProxySecret = null,
        // The suite has a key, but no identity of a public CA.
        Verify = defined.Verify is { SecretName: not null } signer ? signer with { Identity = null } : null,
    };

    public Task<IReadOnlyList<Resource>> Secrets(SourceRepository source, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Resource>>(
        [
            SourceSecret.Of(AuthoritySecret.Text, "ca.crt", certificate.Authority),
            .. source.Verify is { SecretName: { } name }
                ? [SourceSecret.Of(name.Text, "acceptance.pub", key.ExportSubjectPublicKeyInfoPem())] : Array.Empty<Resource>(),
        ]);

    /// <summary>Publishes an artifact of these files at the source's tag.</summary>
    /// <returns>The artifact's digest, without the name of the algorithm.</returns>
    public Task<string> Publish(
        SourceRepository source, string role, IEnumerable<GeneratedFile> files, TreeSigner signer, CancellationToken cancellationToken)
    {
        var artifact = OciArtifact.OfTree(files, TimeProvider.System.GetUtcNow(), "acceptance");
        Store(role, artifact.Manifest.Digest, artifact);
        if (signer != TreeSigner.Nobody)
        {
            Store(role, OciArtifact.SignatureTag(artifact.Manifest),
                OciArtifact.Signature(artifact.Manifest, $"{Host}/{Name(role)}", signer == TreeSigner.Suite ? key : otherKey));
        }

        // Last: when the tag is visible, everything else must be available.
        Store(role, source.Tag ?? DefaultTag, artifact);
        return Task.FromResult(artifact.Manifest.Sha256);
    }

    /// <summary>Repository names in a registry need at least two parts, of at least two characters.</summary>
    private static string Name(string role) => $"trees/{role}";

    private void Store(string role, string reference, OciArtifact artifact)
    {
        foreach (var blob in artifact.Blobs)
        {
            contents[$"{Name(role)}/blobs/{blob.Digest}"] = blob;
        }

        contents[$"{Name(role)}/manifests/{artifact.Manifest.Digest}"] = artifact.Manifest;
        contents[$"{Name(role)}/manifests/{reference}"] = artifact.Manifest;
    }

    /// <summary>Answers a request of the OCI distribution specification; without the referrers API cosign uses the tag.</summary>
    private async Task Answer(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
        {
            response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return;
        }

        var path = request.Path.Value ?? "";
        var isRoot = path == Api;
        var found = path.StartsWith(Api, StringComparison.Ordinal) ? contents.GetValueOrDefault(path[Api.Length..]) : null;
        var content = !isRoot ? found ?? OciContent.Json("application/json", Error("MANIFEST_UNKNOWN", $"{path} is not in this registry"))
            : OciContent.Json("application/json", new JsonObject());
        response.StatusCode = isRoot || found is not null ? StatusCodes.Status200OK : StatusCodes.Status404NotFound;
        response.ContentType = content.MediaType;
        response.ContentLength = content.Bytes.Length;
        if (found is not null)
        {
            response.Headers["Docker-Content-Digest"] = found.Digest;
        }

        if (HttpMethods.IsGet(request.Method))
        {
            await response.Body.WriteAsync(content.Bytes, context.RequestAborted);
        }
    }

    private static JsonObject Error(string code, string message) =>
        new() { ["errors"] = new JsonArray(new JsonObject { ["code"] = code, ["message"] = message }) };
}
