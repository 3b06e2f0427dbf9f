namespace PlatformGitOps.Generator.Tests.Commands;

/// <summary>Flux prefers a digest to a version.</summary>
public sealed class StaleDigestTests
{
    private const string Old = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    private const string New = "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

    private TemporaryTree _tree = null!;

    [SetUp]
    public async Task A_tree_with_a_digest()
    {
        _tree = new TemporaryTree();
        Write("1.45.2", Old);
        (await Run("generate")).ExitCode.ShouldBe(0);
    }

    [TearDown]
    public void Remove_it() => _tree.Dispose();

    [TestCase("generate")]
    [TestCase("check")]
    [TestCase("lint")]
    [TestCase("plan")]
    public async Task A_newer_version_with_the_old_digest_is_refused(string verb)
    {
        Write("1.46.2", Old);
        var before = _tree.Snapshot();

        var run = await Run(verb);

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain("platform.yaml:2:47: digest-of-older-version: The digest sha256:aaaaaaaaaaaa... of charts.coredns was "
            + "generated for version 1.45.2 (kubernetes/bases/coredns/helmrelease.yaml), and the version is 1.46.2 now. Flux prefers the "
            + "digest and would go on with 1.45.2. Write the digest of 1.46.2 (crane digest ghcr.io/coredns/charts/coredns:1.46.2), or "
            + "delete it.");
        _tree.Snapshot().ShouldBe(before);
    }

    [TestCase(New)]
    [TestCase(null)]
    public async Task With_its_own_digest_or_without_one_it_is_delivered(string? digest)
    {
        Write("1.46.2", digest);

        (await Run("generate")).ExitCode.ShouldBe(0);
        _tree.Read("kubernetes/bases/coredns/helmrelease.yaml").ShouldContain("tag: 1.46.2");
    }

    [Test]
    public async Task A_version_that_was_wrong_is_corrected_in_two_steps()
    {
        Write("1.46.2", null);
        (await Run("generate")).ExitCode.ShouldBe(0);
        Write("1.46.2", Old);

        (await Run("generate")).ExitCode.ShouldBe(0);
        (await Run("check")).ExitCode.ShouldBe(0);
    }

    private void Write(string version, string? digest) => _tree.Put("platform.yaml", $$"""
        repository: { url: https://git.example.com/platform.git }
        charts: { coredns: { version: {{version}}{{(digest is null ? "" : $", digest: {digest}")}} } }
        clusters: [{ name: kiel, network: { pods: 10.244.0.0/16, services: 10.245.0.0/16 } }]

        """);

    private Task<Verb> Run(string verb) => Verb.Run(verb, "-f", _tree.OnDisk("platform.yaml"));
}
