using System.IO.Compression;

namespace PlatformGitOps.Acceptance.Evidence;

/// <summary>Credentials in a cluster must not get into a run's evidence, which CI publishes.</summary>
public sealed partial class EvidenceSecretsTests
{
    [Test]
    [CancelAfter(60_000)]
    public async Task Planted_credentials_are_not_in_what_is_kept_of_a_failed_check(CancellationToken cancellationToken)
    {
        await using var server = await PlantedCluster.Start(cancellationToken);
        var test = $"planted-{Guid.NewGuid():N}";
        await Diagnostics.Collect(server.Live, test, cancellationToken);

        var folder = Path.Combine(EvidenceFolder.Default, EvidenceLog.Current.RunId, test);
        var kept = Directory.GetFiles(folder).ToDictionary(file => Path.GetFileName(file), Unpacked);
        Directory.Delete(folder, recursive: true);
        // Useful content is kept.
        kept["pods.yaml.gz"].ShouldContain("name: foreign");
        kept["pods.yaml.gz"].ShouldContain("name: TOKEN");
        kept["pods.yaml.gz"].ShouldContain("vault.example.com/token: (hidden)");
        kept["pods.yaml.gz"].ShouldContain("deployment.kubernetes.io/revision: \"7\"");
        kept["helmreleases.yaml.gz"].ShouldContain("values: (hidden)");
        kept["pods.yaml.gz"].ShouldContain("zone-a", Case.Sensitive, "an affinity has values too");
        kept["foreign.log.gz"].ShouldContain("a line with [secret] in it");
        kept["Corefile.gz"].ShouldContain("errors");
        foreach (var (file, text) in kept)
        {
            text.ShouldNotContain(PlantedCluster.Planted, Case.Sensitive, file);
            text.ShouldNotContain(PlantedCluster.Token, Case.Sensitive, file);
            text.ShouldNotContain(Convert.ToBase64String(Encoding.UTF8.GetBytes(PlantedCluster.Planted)), Case.Sensitive, file);
        }

        server.Asked.ShouldNotContain(path => path.Contains("secrets"), "a Secret was read");
    }

    [Test]
    public void Outputs_messages_and_attachments_with_a_credential_are_published_without_it()
    {
        var check = Catalog.Checks.First(entry => entry.Live is not null);
        var log = new EvidenceLog(TimeProvider.System);
        log.Begin(new CheckResult
        {
            Check = check.Id,
            Criterion = check.Criterion.Id,
            Cluster = "infra",
            Title = check.Title,
            Mode = CheckMode.Live,
            Outcome = ResultOutcome.Passed,
            Observed = $"$ kubectl get pods\nname-of-a-pod {PlantedCluster.Token}",
        });
        log.Add(new Attachment { Title = "a log", Text = $"https://user:{PlantedCluster.Planted}@example.com/ refused" });
        log.Close(entry => entry with { Outcome = ResultOutcome.Failed, Reason = $"it printed\n{PlantedCluster.Token}" });

        var files = EvidenceFolder.Files(log.ToRun(["infra"], RedRun.Mixed.Lines));

        files["report.html"].ShouldContain("name-of-a-pod");
        files["report.html"].ShouldContain("it printed");
        foreach (var (file, text) in files)
        {
            text.ShouldNotContain(PlantedCluster.Token, Case.Sensitive, file);
            text.ShouldNotContain(PlantedCluster.Planted, Case.Sensitive, file);
        }
    }

    /// <summary>Commands whose output is kept unchanged: tables, and objects of the tree.</summary>
    [Test]
    public void Commands_of_checks_print_no_whole_objects_of_others()
    {
        var whole = Catalog.Checks.Select(check => check.Line.Command?.Replace("{context}", "infra"))
            .OfType<string>().Where(command => CommandOutput.OnlyReads(command) && WholeObjects().IsMatch(command)).ToArray();

        whole.ShouldNotBeEmpty();
        whole.ShouldAllBe(command => Ours().IsMatch(command));
        Ours().IsMatch("kubectl --context infra -n kube-system get pods -o yaml").ShouldBeFalse();
        Ours().IsMatch("kubectl --context infra get secrets coredns -o yaml").ShouldBeFalse();
    }

    private static string Unpacked(string file)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(file), CompressionMode.Decompress));
        return reader.ReadToEnd();
    }

    [GeneratedRegex(" -o (yaml|json\\b)")]
    private static partial Regex WholeObjects();

    // Kinds without credentials, or one object by name, or CoreDNS's pods and External-DNS's Deployments.
    [GeneratedRegex(@" get ((roles|clusterroles|alerts\.notification)[\w,.]*( |$)|pods? -l k8s-app=kube-dns |"
        + @"deployments -l app\.kubernetes\.io/name=external-dns |"
        + @"(?!secrets?\b)[a-z.]+ (coredns|kube-dns|kube-proxy|node-local-dns|dns-check|dns-health-controller|geo-dns|"
        + @"catalog-api)[\w-]* )")]
    private static partial Regex Ours();

    /// <summary>A cluster with foreign objects that have credentials in all possible fields.</summary>
    private static class PlantedCluster
    {
        /// <summary>A credential without a known format: only its field identifies it.</summary>
        public const string Planted = "correct-horse-battery-staple";

        /// <summary>A credential with a known format.</summary>
        public static readonly string Token = "ghp_" + new string('q', 36);

        public static Task<StubCluster> Start(CancellationToken cancellationToken) => StubCluster.Start(
            request => request.EndsWith("/log", StringComparison.Ordinal) ? $"a line with {Token} in it\n"
                : request.EndsWith("/configmaps/coredns", StringComparison.Ordinal) ? Named("coredns").ToJsonString()
                : StubCluster.List(Named("foreign")),
            cancellationToken);

        private static JsonObject Named(string name) => JsonNode.Parse($$"""
            {
              "metadata": {
                "name": "{{name}}", "namespace": "kube-system",
                "annotations": {
                  "vault.example.com/token": "{{Planted}}", "plain": "{{Planted}}", "deployment.kubernetes.io/revision": "7",
                  "kubectl.kubernetes.io/last-applied-configuration": "{{Planted}}"
                }
              },
              "message": "pulled with {{Token}}",
              "data": { "Corefile": ".:53 {\n    errors\n}\n# {{Token}}" },
              "spec": {
                "containers": [{{Container}}],
                "affinity": { "nodeAffinity": { "requiredDuringSchedulingIgnoredDuringExecution": { "nodeSelectorTerms": [{
                  "matchExpressions": [{ "key": "topology.kubernetes.io/zone", "operator": "In", "values": ["zone-a"] }]
                }] } } },
                "template": {
                  "metadata": { "annotations": { "vault.example.com/token": "{{Planted}}" } },
                  "spec": { "initContainers": [{{Container}}] }
                },
                "volumes": [{ "name": "a", "csi": { "driver": "d", "volumeAttributes": { "password": "{{Planted}}" } } }],
                "values": { "password": "{{Planted}}" },
                "postRenderers": [{ "kustomize": { "patches": [{ "patch": "token: {{Planted}}" }] } }]
              }
            }
            """)!.AsObject();

        private const string Container = $$"""
            {
              "name": "a", "args": ["--token={{Planted}}"], "command": ["run", "{{Planted}}"],
              "env": [{ "name": "TOKEN", "value": "{{Planted}}" }],
              "livenessProbe": { "httpGet": { "path": "/", "httpHeaders": [{ "name": "Authorization", "value": "Bearer {{Planted}}" }] } },
              "lifecycle": { "preStop": { "exec": { "command": ["curl", "{{Planted}}"] } } }
            }
            """;
    }
}
