namespace PlatformGitOps.Generator.Tests.Lint;

/// <summary>A chart that cannot change without a commit needs no version.</summary>
public sealed class PinnedChartTests
{
    [TestCase("{digest: 'sha256:0000000000000000000000000000000000000000000000000000000000000000'}")]
    [TestCase("{tag: 1.38.0}")]
    public void A_digest_or_a_tag_pins_the_chart(string reference) =>
        Oci(reference).Check().Select(finding => finding.Rule).ShouldBeEmpty();

    [TestCase("{branch: main}", "of which Flux follows branch main, so it can change without a commit here.")]
    [TestCase("{}", "branch master")]
    [TestCase("{tag: v1, semver: 1.x}", "the newest tag of '1.x'")]
    [TestCase("{name: refs/heads/main, tag: v1}", "'refs/heads/main'")]
    [TestCase("{branch: main, commit: 0123456789abcdef0123456789abcdef01234567}", null)]
    [TestCase("{tag: v1.38.0}", null)]
    [TestCase("{name: refs/tags/v1.38.0}", null)]
    public void A_folder_of_another_repository_is_pinned_by_a_commit_or_a_tag(string reference, string? says)
    {
        var finding = FolderOf("GitRepository", $"url: \"https://git.example.com/charts.git\", ref: {reference}").Check()
            .SingleOrDefault(finding => finding.Rule == "chart-unpinned");
        (finding is null).ShouldBe(says is null, finding?.Message);
        (finding?.Message ?? "").ShouldContain(says ?? "");
        (finding?.File ?? "source.yaml").ShouldEndWith("source.yaml");
    }

    [Test]
    public void A_folder_of_the_tree_s_own_source_changes_by_commits_alone() =>
        FolderOf("GitRepository", "url: \"https://git.example.com/charts.git\"", "platform", "flux-system").Check()
            .ShouldNotContain(finding => finding.Rule == "chart-unpinned");

    /// <summary>A second source of one repository, with an interval or files of its own.</summary>
    [TestCase("https://github.com/example/platform-gitops", "{branch: main}", true)]
    [TestCase("https://github.com/example/platform-gitops.git/", "{branch: main}", true)]
    [TestCase("ssh://git@github.com/example/platform-gitops.git", "{branch: main}", true)]
    [TestCase("https://github.com/example/platform-gitops.git", "{branch: charts}", false)]
    [TestCase("https://github.com/example/platform-gitops-charts.git", "{branch: main}", false)]
    public void So_does_a_folder_of_the_same_branch_by_another_source(string url, string reference, bool isPinned) =>
        FolderOf("GitRepository", $"url: \"{url}\", ref: {reference}").Check()
            .Any(finding => finding.Rule == "chart-unpinned").ShouldBe(!isPinned);

    [Test]
    public void A_Bucket_pins_nothing() => FolderOf("Bucket", "endpoint: s3.example.com, bucketName: charts").Check()
        .Single(finding => finding.Rule == "chart-unpinned").Message
        .ShouldBe("The chart of HelmRelease kube-system/coredns is a folder of s3.example.com, so it can change without a commit here.");

    /// <summary>The chart as a folder of a source of its own, of which these are the fields.</summary>
    private static LintFixture FolderOf(string kind, string spec, string name = "charts", string @namespace = "kube-system") =>
        SourceOf($"chart: {{spec: {{chart: ./charts/coredns, sourceRef: {{kind: {kind}, name: {name}, namespace: {@namespace}}}}}}}",
            $"{{apiVersion: source.toolkit.fluxcd.io/v1, kind: {kind}, metadata: {{name: charts, namespace: kube-system}}, "
            + $"spec: {{interval: 1h, {spec}}}}}\n");

    /// <summary>The chart by an OCIRepository, of which this is spec.ref.</summary>
    private static LintFixture Oci(string reference) => SourceOf("chartRef: {kind: OCIRepository, name: pinned}",
        "{apiVersion: source.toolkit.fluxcd.io/v1beta2, kind: OCIRepository, metadata: {name: pinned, namespace: kube-system}, "
        + $"spec: {{interval: 12h, url: \"oci://registry.example.com/charts/coredns\", ref: {reference}}}}}\n");

    private static LintFixture SourceOf(string reference, string source) => new LintFixture("chart-unpinned", "a source of its own")
        .Edit(LintFixture.Release, """
            chart:
              spec:
                chart: coredns
                # renovate: datasource=helm depName=coredns registryUrl=https://coredns.github.io/helm
                version: 1.38.0
                sourceRef:
                  kind: HelmRepository
                  name: coredns
                interval: 12h

            """, $"{reference}\n")
        .Apply("source.yaml", source);
}
