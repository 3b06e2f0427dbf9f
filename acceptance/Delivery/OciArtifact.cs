using System.Formats.Tar;
using System.IO.Compression;
using PlatformGitOps.Generator.Emission;

namespace PlatformGitOps.Acceptance.Delivery;

/// <summary>A manifest, a configuration or a layer in a registry.</summary>
public sealed record OciContent(string MediaType, byte[] Bytes)
{
    public static OciContent Json(string mediaType, JsonNode content) => new(mediaType, Encoding.UTF8.GetBytes(content.ToJsonString()));

    /// <summary>The SHA-256 of the bytes, in hex.</summary>
    public string Sha256 => Convert.ToHexStringLower(SHA256.HashData(Bytes));

    public string Digest => $"sha256:{Sha256}";

    /// <summary>Its descriptor in a manifest.</summary>
    public JsonObject Described() => new() { ["mediaType"] = MediaType, ["digest"] = Digest, ["size"] = Bytes.Length };
}

/// <summary>
/// The artifacts of <c>flux push artifact</c> and <c>cosign sign</c>, with the media types of fluxcd/pkg/oci and sigstore/cosign.
/// </summary>
public sealed record OciArtifact(OciContent Manifest, IReadOnlyList<OciContent> Blobs)
{
    private const string ManifestType = "application/vnd.oci.image.manifest.v1+json";

    private const string ImageConfig = "application/vnd.oci.image.config.v1+json";

    private const string FluxConfig = "application/vnd.cncf.flux.config.v1+json";

    private const string FluxContent = "application/vnd.cncf.flux.content.v1.tar+gzip";

    private const string SimpleSigning = "application/vnd.dev.cosign.simplesigning.v1+json";

    private const string SignatureAnnotation = "dev.cosignproject.cosign/signature";

    /// <summary>The tag at which cosign looks for the signatures of an artifact.</summary>
    public static string SignatureTag(OciContent manifest) => $"sha256-{manifest.Sha256}.sig";

    /// <summary>A tree: one layer with all files.</summary>
    /// <param name="created">The timestamp, which makes it differ from an earlier artifact of the same files.</param>
    /// <param name="source">Its source; Flux copies it into the OCIRepository's status.</param>
    public static OciArtifact OfTree(IEnumerable<GeneratedFile> files, DateTimeOffset created, string source)
    {
        var tar = Tar(files, created);
        var time = created.ToString("o", CultureInfo.InvariantCulture);
        var config = new JsonObject
        {
            ["created"] = time,
            ["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = new JsonArray(new OciContent("", tar).Digest) },
        };
        return Of(OciContent.Json(FluxConfig, config), new OciContent(FluxContent, Compressed(tar)), [], new JsonObject
        {
            ["org.opencontainers.image.created"] = time,
            ["org.opencontainers.image.source"] = source,
            ["org.opencontainers.image.revision"] = $"acceptance@{time}",
        });
    }

    /// <summary>The signature of an artifact, for its <see cref="SignatureTag"/>.</summary>
    /// <param name="repository">The artifact's repository, with the registry.</param>
    public static OciArtifact Signature(OciContent manifest, string repository, ECDsa key)
    {
        var payload = OciContent.Json(SimpleSigning, new JsonObject
        {
            ["critical"] = new JsonObject
            {
                ["identity"] = new JsonObject { ["docker-reference"] = repository },
                ["image"] = new JsonObject { ["docker-manifest-digest"] = manifest.Digest },
                ["type"] = "cosign container image signature",
            },
            ["optional"] = null,
        });
        var signature = key.SignData(payload.Bytes, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        var config = OciContent.Json(ImageConfig, new JsonObject
        {
            ["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = new JsonArray(payload.Digest) },
        });
        return Of(config, payload, new() { [SignatureAnnotation] = Convert.ToBase64String(signature) }, []);
    }

    private static OciArtifact Of(OciContent config, OciContent layer, JsonObject ofLayer, JsonObject annotations)
    {
        var described = layer.Described();
        if (ofLayer.Count > 0)
        {
            described["annotations"] = ofLayer;
        }

        var manifest = new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = ManifestType,
            ["config"] = config.Described(),
            ["layers"] = new JsonArray(described),
        };
        if (annotations.Count > 0)
        {
            manifest["annotations"] = annotations;
        }

        return new OciArtifact(OciContent.Json(ManifestType, manifest), [config, layer]);
    }

    private static byte[] Tar(IEnumerable<GeneratedFile> files, DateTimeOffset created)
    {
        using var archive = new MemoryStream();
        using (var writer = new TarWriter(archive, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach (var file in files)
            {
                writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, file.Path)
                {
                    ModificationTime = created,
                    DataStream = new MemoryStream(Encoding.UTF8.GetBytes(file.Text)),
                });
            }
        }

        return archive.ToArray();
    }

    private static byte[] Compressed(byte[] bytes)
    {
        using var target = new MemoryStream();
        using (var gzip = new GZipStream(target, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(bytes);
        }

        return target.ToArray();
    }
}
