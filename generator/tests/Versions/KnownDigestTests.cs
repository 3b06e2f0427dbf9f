using System.Text.Json;
using PlatformGitOps.Generator.Versions;

namespace PlatformGitOps.Generator.Tests.Versions;

/// <summary>The output of <c>images</c> about digests.</summary>
public sealed partial class KnownDigestTests
{
    private const string CoreDns = "sha256:4190b960ea90e017631e3e1a38eea28e98e057ab60d57d47b3db6e5cf77436f7";
    private const string Pinned = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    private const string Definition = """
        repository: { url: https://github.com/example/platform.git }
        clusters:
          - name: infra
            network: { pods: 10.244.0.0/16, services: 10.245.0.0/16 }
            dnsCheck: { enabled: true }

        """;

    [Test]
    public void Every_digest_of_the_data_is_one_and_names_its_source()
    {
        KnownVersions.Instance.Digests.ShouldNotBeEmpty();
        foreach (var known in KnownVersions.Instance.Digests)
        {
            known.Source.Scheme.ShouldBe("https");
            known.Versions.ShouldNotBeEmpty(known.Of);
            known.Versions.Values.ShouldAllBe(digest => Sha256().IsMatch(digest));
        }
    }

    [TestCase("coredns/coredns:1.11.4", CoreDns)]
    [TestCase("docker.io/coredns/coredns:1.11.4", CoreDns)]
    [TestCase("registry.example.com:5000/mirror/coredns/coredns:1.11.4", CoreDns)]
    [TestCase("coredns/coredns:0.0.1", null)]
    [TestCase("other-coredns/coredns:1.11.4", null)]
    [TestCase("registry.example.com:5000/coredns/coredns", null)]
    [TestCase($"coredns/coredns:1.11.4@{Pinned}", Pinned)]
    public void An_image_has_the_digest_that_it_pins_or_that_was_published(string image, string? digest)
    {
        var item = Delivered.OfImage(image);
        item.Digest.ShouldBe(digest);
        item.IsPinned.ShouldBe(digest == Pinned);
        item.DigestCommand.ShouldBe($"crane digest {image.Split('@')[0]}");
    }

    [Test]
    public async Task Images_are_listed_with_their_digest_or_how_to_get_it()
    {
        var text = (await Images(Definition)).Split('\n');

        var image = Array.IndexOf(text, "image coredns/coredns:1.11.4");
        text[image + 1].ShouldBe($"      published as {CoreDns}");
        var chart = Array.FindIndex(text, line => line.EndsWith(" coredns 1.38.0", StringComparison.Ordinal));
        text[chart + 1].ShouldBe($"      published as {KnownDigest.OfChart("coredns", "1.38.0").ShouldNotBeNull()}");
        var busybox = Array.FindIndex(text, line => line.StartsWith("image docker.io/library/busybox:", StringComparison.Ordinal));
        text[busybox + 1].ShouldBe($"      digest not known; ask for it: crane digest {text[busybox]["image ".Length..]}");
    }

    [Test]
    public async Task Other_programs_get_the_digest_and_whether_it_is_pinned()
    {
        var json = await Images(Definition + $"charts: {{ coredns: {{ version: 1.38.1, digest: '{Pinned}' }} }}\n", "--output", "json");

        using var document = JsonDocument.Parse(json);
        var rows = document.RootElement.GetProperty("delivered").EnumerateArray().Select(row => (
            Reference: row.GetProperty("reference").GetString()!, Digest: row.GetProperty("digest").GetString(),
            Pinned: row.GetProperty("pinned").GetBoolean())).ToArray();
        rows.ShouldContain(($"oci://ghcr.io/coredns/charts/coredns:1.38.1@{Pinned}", Pinned, true));
        rows.ShouldContain(("coredns/coredns:1.11.4", CoreDns, false));
        rows.ShouldContain(row => row.Digest == null);
    }

    [Test]
    public async Task A_public_image_with_another_tag_is_from_the_mirror_and_one_past_it_is_named()
    {
        const string Keys = """
                imageRegistry: mirror.example.com/public
                nodeLocalDns: { enabled: true, image: "registry.k8s.io/dns/k8s-dns-node-cache:1.26.8" }
                externalDns:
                  image: registry.k8s.io/external-dns/external-dns:v0.22.9
                  instances:
                    - name: azure
                      provider: azure
                      domainFilters: [example.com]
                      azure: { resourceGroup: dns, subscriptionId: 00000000-0000-0000-0000-000000000000, shellImage: "busybox:1.36.1" }
                    - { name: own, provider: webhook, domainFilters: [example.org], webhook: { image: "ghcr.io/example/hook:1.0.0" } }

            """;
        var pinned = Definition.Replace("{ enabled: true }", $"{{ enabled: true, image: 'docker.io/library/busybox:1.36.0@{Pinned}' }}");
        var text = (await Images(pinned + Keys)).Split('\n');

        string[] images =
            [.. text.Where(line => line.StartsWith("image ", StringComparison.Ordinal)).Select(line => line["image ".Length..])];
        images.ShouldBe(
            [
                "ghcr.io/example/hook:1.0.0", "mirror.example.com/public/coredns/coredns:1.11.4",
                "mirror.example.com/public/dns/k8s-dns-node-cache:1.26.8", "mirror.example.com/public/external-dns/external-dns:v0.22.9",
                $"mirror.example.com/public/library/busybox:1.36.0@{Pinned}", "mirror.example.com/public/library/busybox:1.36.1",
            ],
            ignoreOrder: true);
        text[Array.IndexOf(text, "image ghcr.io/example/hook:1.0.0") + 2]
            .ShouldBe("      not from imageRegistry in infra: another repository stays as it is written");
        text.Count(line => line.Contains("not from imageRegistry")).ShouldBe(1);
    }

    private static async Task<string> Images(string definition, params string[] options)
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("platform.yaml", definition);
        var generated = await Verb.Run("generate", "-f", file);
        generated.ExitCode.ShouldBe(0, generated.Error);
        var run = await Verb.Run(["images", "-f", file, .. options]);
        run.ExitCode.ShouldBe(0, run.Error);
        return run.Output;
    }

    [GeneratedRegex("^sha256:[0-9a-f]{64}$")]
    private static partial Regex Sha256();
}
