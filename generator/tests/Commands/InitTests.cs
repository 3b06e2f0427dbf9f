using PlatformGitOps.Generator.Versions;

namespace PlatformGitOps.Generator.Tests.Commands;

/// <summary>A repository after <c>init</c>, before any edit.</summary>
public sealed class InitTests
{
    private TemporaryFolder folder = null!;

    [SetUp]
    public async Task A_new_repository()
    {
        folder = new TemporaryFolder();
        (await Verb.Run("init", folder.Path)).ExitCode.ShouldBe(0);
    }

    [TearDown]
    public void Delete() => folder.Dispose();

    [TestCase("generate")]
    [TestCase("check")]
    [TestCase("lint")]
    public async Task Nothing_is_wrong_with_it(string verb)
    {
        await Verb.Run("generate", "-f", folder.Path);

        var run = await Verb.Run(verb, "-f", folder.Path);

        run.ExitCode.ShouldBe(0, run.Output + run.Error);
    }

    [Test]
    public async Task A_definition_with_the_other_ending_is_one_too()
    {
        using var other = new TemporaryFolder();
        other.Write("platform.yml", "");

        var run = await Verb.Run("init", other.Path);

        run.ExitCode.ShouldBe(3, run.Output);
        run.Error.ShouldContain("has platform.yml already");
    }

    [Test]
    public async Task In_a_folder_of_a_repository_it_says_what_differs_there()
    {
        const string Said = "It is the folder 'teams/dns' of a git repository, as repository.path says. Move .github/ and renovate.json";
        using var other = new TemporaryFolder();
        other.Write(".git/HEAD", "");

        (await Verb.Run("init", Path.Combine(other.Path, "teams", "dns"))).Output.ShouldContain(Said);
        (await Verb.Run("init", other.Path)).Output.ShouldNotContain("It is the folder");
    }

    [Test]
    public async Task It_delivers_the_newest_chart_that_was_driven_and_no_known_fault()
    {
        var run = await Versions();

        run.ExitCode.ShouldBe(0, run.Output);
        run.Output.ShouldMatch($@"chart coredns +{CoreDnsChart.Driven} ");
        run.Output.ShouldMatch($@"\nCoreDNS +{CoreDnsChart.StarterImage} ");
        run.Output.ShouldNotContain(": affected");
    }

    [Test]
    public async Task Without_its_image_the_chart_brings_a_known_fault_back()
    {
        var file = Path.Combine(folder.Path, "platform.yaml");
        var text = await File.ReadAllTextAsync(file);
        await File.WriteAllTextAsync(file, text.Replace($"image: {{ tag: {CoreDnsChart.StarterImage} }}", "{}"));

        var run = await Versions();

        run.ExitCode.ShouldBe(1, run.Output);
        run.Output.ShouldContain("CVE-2026-26018 in CoreDNS 1.13.1");
    }

    [Test]
    public void Its_coredns_is_newer_than_the_chart_and_known()
    {
        CoreDnsChart.StarterImage.ShouldBeGreaterThan(CoreDnsChart.Releases[CoreDnsChart.Driven], "else the chart's own is the better one");
        CoreDnsChart.IsKnown(CoreDnsChart.StarterImage).ShouldBeTrue();
        KnownVersions.Instance.Product("CoreDNS")!.Newest.ShouldNotBeNull().ShouldBeGreaterThanOrEqualTo(CoreDnsChart.StarterImage);
    }

    /// <summary>On the day of the data, so that no accepted version expires here.</summary>
    private Task<Verb> Versions() => Verb.On(KnownVersions.Instance.ReadOn, "versions", "-f", folder.Path);
}
