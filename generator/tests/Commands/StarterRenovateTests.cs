using System.Text.Json;

namespace PlatformGitOps.Generator.Tests.Commands;

/// <summary>
/// The matches of the regular expressions in init's renovate.json in a definition. Renovate runs them with RE2, which has neither
/// lookarounds nor backreferences; nor has a .NET expression without backtracking.
/// </summary>
public sealed class StarterRenovateTests
{
    private const string Digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    private static readonly JsonElement[] Managers =
    [
        .. JsonDocument.Parse(File.ReadAllText(RepositoryRoot.File("generator", "Starter", "renovate.json"))).RootElement
            .GetProperty("customManagers").EnumerateArray(),
    ];

    private static IEnumerable<(string Definition, string[] Found)> Definitions() =>
    [
        ("charts:\n  coredns:\n    digest: {digest} # of the index\n    version: 1.46.2\n", ["coredns 1.46.2 +digest"]),
        ("charts:\n  coredns:\n    version: 1.46.2\n    source: oci\n    digest: {digest}\n", ["coredns 1.46.2 +digest"]),
        ("charts: { coredns: { digest: \"{digest}\", source: oci, version: \"1.46.2\" } }\n", ["coredns 1.46.2 +digest"]),
        ("charts:\n  coredns:\n    url: oci://registry.example.com:5000/charts/coredns\n    # ours\n    secretName: registry\n"
            + "    verify: { issuer: \"^https://token[.]example[.]com$\", subject: 'a, b}' }\n    version: 1.46.2\n    certSecretName: ca\n"
            + "    digest: {digest}\n", ["coredns 1.46.2 +digest"]),
        ("charts:\n  coredns: { source: http, url: \"https://charts.example.com\", version: '1.46.2' }\n", ["coredns 1.46.2"]),
        ("charts:\n  coredns:\n    source: auto\n  monitoringCrds:\n    url: oci://example.com/crds\n    version: 30.0.1\n",
            ["prometheus-operator-crds 30.0.1"]),
        ("flux: { strictSubstitution: false, version: 2.9.4 }\n", ["fluxcd/flux2 2.9.4"]),
        ("flux:\n  decryption: { secretName: sops-age }\n  serviceAccountName: dns-flux\n  version: \"2.9.4\"\n", ["fluxcd/flux2 2.9.4"]),
        ("flux:\n  strictSubstitution: true\ncharts:\n  coredns:\n    version: 1.46.2\n", ["coredns 1.46.2"]),
        ("defaults:\n  values:\n    coredns:\n      # newer\n      replicaCount: 3\n      image:\n"
            + "        repository: example.com:5000/dns/coredns\n        pullPolicy: Always\n        tag: 1.14.7@{digest}\n",
            ["coredns/coredns 1.14.7 +digest"]),
        ("values: { coredns: { image: { tag: 1.14.7, repository: example.com/coredns } } }\n", ["coredns/coredns 1.14.7"]),
        ("values: { coredns: { autoscaler: { image: { tag: 1.8.5 } } } }\n", []),
        ("geoRouting: { zone: geo.example.com, coreDnsImage: docker.io/coredns/coredns:1.14.7 }\n", ["docker.io/coredns/coredns 1.14.7"]),
        ("externalDns: { instances: [{ azure: { shellImage: 'docker.io/library/busybox:1.37.0@{digest}' } }] }\n",
            ["docker.io/library/busybox 1.37.0 +digest"]),
        ("geoRouting: { database: { image: example.com:5000/team/geo:1 } }\n", ["example.com:5000/team/geo 1"]),
        // Blanks and quotes that YAML allows.
        ("charts:\n  coredns:\n    version:  1.46.2\n    digest:   {digest}\n", ["coredns 1.46.2 +digest"]),
        ("{\"charts\":{\"coredns\":{\"version\":\"1.46.2\",\"digest\":\"{digest}\"}}}", ["coredns 1.46.2 +digest"]),
        ("'flux':   { 'version':  '2.9.4' }\n", ["fluxcd/flux2 2.9.4"]),
        ("values:\n  coredns:\n    \"image\":  {\"tag\":  \"1.14.7\", \"repository\": \"example.com/x\"}\n", ["coredns/coredns 1.14.7"]),
        ("healthController: { \"image\":  \"example.com:5000/team/controller:1.2.3\" }\n", ["example.com:5000/team/controller 1.2.3"]),
        // Comments are not entries.
        ("# coredns: { version: 1.2.3 }\ncharts:\n  # coredns:\n    # version: 1.3.0\n  coredns: # before: { version: 1.4.0 }\n"
            + "    # version: 1.45.0\n    version: 1.46.2 # coredns: { version: 1.5.0 }\n", ["coredns 1.46.2"]),
        ("#flux: { version: 2.8.0 }\n    # image: example.com/x:1.0.0\n    image: example.com/x:1.0.1 # image: example.com/x:1.0.0\n",
            ["example.com/x 1.0.1"]),
        ("charts:\n  coredns: { url: \"https://charts.example.com/#top\", version: 1.46.2 }\n", ["coredns 1.46.2"]),
        ("others: { my-coredns: { version: 1.0.0 }, influx: { version: 1.0.0 } }\n", []),
    ];

    /// <summary>Its comments contain unused versions of charts, Flux and images.</summary>
    [Test]
    public void Renovate_finds_only_used_versions_of_a_new_definition() => Found(StarterDefinition.Text)
        .ShouldBe([$"coredns {CoreDnsChart.Driven}", $"coredns/coredns {CoreDnsChart.StarterImage}"]);

    [TestCaseSource(nameof(Definitions))]
    public void Versions_are_found_in_any_order_of_the_keys((string Definition, string[] Found) entry)
    {
        var text = entry.Definition.Replace("{digest}", Digest);

        Found(text).ShouldBe(entry.Found, text);
        Found(text.ReplaceLineEndings("\r\n")).ShouldBe(entry.Found, "with the line ends of Windows");
    }

    /// <summary>Each position once: of two matches, Renovate would write one without the digest.</summary>
    private static string[] Found(string definition) =>
    [
        .. from manager in Managers
           from form in manager.GetProperty("matchStrings").EnumerateArray()
           from match in Regex.Matches(definition, form.GetString()!, RegexOptions.NonBacktracking)
           // Renovate ignores a match without a version: a comment.
           where match.Groups["currentValue"].Success
           let name = manager.TryGetProperty("depNameTemplate", out var fixedName) ? fixedName.GetString() : match.Groups["depName"].Value
           let digest = match.Groups["currentDigest"] is { Success: true, Value: Digest } ? " +digest" : ""
           select $"{name} {match.Groups["currentValue"].Value}{digest}",
    ];
}
