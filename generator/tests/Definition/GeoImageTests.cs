using PlatformGitOps.Generator.Apps.GeoDns;

namespace PlatformGitOps.Generator.Tests.Definition;

/// <summary>Images of CoreDNS with CoreDNS's own version number.</summary>
public sealed class GeoImageTests
{
    [TestCase("docker.io/coredns/coredns:1.10.0", true)]
    [TestCase("coredns/coredns:v1.9.4", true)]
    [TestCase("registry.k8s.io/coredns/coredns:v1.10.0", true)]
    [TestCase("registry.k8s.io/coredns:1.7.0", true, Description = "as it was called before 1.8")]
    [TestCase("registry.example.com/mirror/coredns/coredns:1.10.0", true)]
    [TestCase("registry.example.com:5000/coredns/coredns:1.10.0@sha256:DIGEST", true)]
    [TestCase("registry.example.com/rancher/mirrored-coredns-coredns:v1.10.0-r1", true)]
    [TestCase("docker.io/coredns/coredns:1.10.1", false)]
    [TestCase("registry.example.com/rancher/mirrored-coredns-coredns:1.11.4", false)]
    [TestCase("registry.example.com/dns/geo-coredns:0.4.2", false, Description = "a build with versions of its own")]
    [TestCase("ghcr.io/example/coredns:1.2.0", false)]
    [TestCase("registry.example.com/coredns:1.2.0", false)]
    [TestCase("docker.io/example/coredns/coredns-geo:1.2.0", false)]
    public void An_image_is_older_where_its_name_is_that_of_CoreDNS(string image, bool isRefused)
    {
        var named = image.Replace("DIGEST", new string('a', 64));
        var text = File.ReadAllText(Path.Combine(Fixtures.Folder, "invalid", "geo-image.yaml"));
        var edited = string.Join('\n', text.Split('\n').Where(line => !line.Contains("mirrored")))
            .Replace("docker.io/coredns/coredns:1.10.0", named);

        var reading = PlatformText.Read("platform.yaml", Encoding.UTF8.GetBytes(edited));

        string[] rules = [.. (reading as PlatformReading.Invalid)?.Findings.Select(finding => finding.Rule) ?? []];
        rules.ShouldBe(isRefused ? [GeoDnsRules.Image] : []);
    }
}
