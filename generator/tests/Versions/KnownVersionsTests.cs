using System.Text.RegularExpressions;
using PlatformGitOps.Generator.Tests.Commands;
using PlatformGitOps.Generator.Tests.Emission;
using PlatformGitOps.Generator.Values;
using PlatformGitOps.Generator.Versions;

namespace PlatformGitOps.Generator.Tests.Versions;

/// <summary>The data file about newer versions and faults.</summary>
public sealed partial class KnownVersionsTests
{
    [Test]
    public async Task The_document_and_the_data_name_the_same_faults()
    {
        var document = await File.ReadAllTextAsync(RepositoryRoot.File("docs", "version-drift.md"));
        var table = document.Split("## Known faults of CoreDNS")[1].Split("\n## ")[0];

        FaultId().Matches(table).Select(match => match.Value).Distinct()
            .ShouldBe(KnownVersions.Instance.Faults.Select(fault => fault.Id), ignoreOrder: true);
    }

    [Test]
    public void A_fault_is_over_from_the_version_that_fixes_it()
    {
        var story = Sample.Platform(Sample.Infra);
        KnownVersions.Instance.FaultsOf(story).ShouldNotBeNull().ShouldContain(fault => fault.Id == "coredns#6898");

        var newer = story.WithChart("coredns", story.Charts["coredns"] with { Version = SemVer.Parse("1.45.0") });

        KnownVersions.Instance.FaultsOf(newer).ShouldNotBeNull().ShouldNotContain(fault => fault.Id == "coredns#6898");
        KnownVersions.Instance.FaultsOf(newer).ShouldNotBeNull().ShouldContain(fault => fault.Id == "CVE-2026-26018");
    }

    [Test]
    public async Task A_fault_that_affects_the_delivery_is_an_error_until_it_is_accepted()
    {
        var definition = RepositoryRoot.File("platform.yaml");
        string[] open = [.. KnownVersions.Instance.Faults.Where(fault => fault.Affects).Select(fault => fault.Id)];

        var run = await Verb.Run("versions", "-f", definition);
        run.ExitCode.ShouldBe(1);
        run.Output.ShouldContain($"{open[0]}, fixed in CoreDNS");

        (await Verb.Run(["versions", "-f", definition, "--quiet", "--accept", .. open])).ShouldBe(new Verb(0, "", ""));
    }

    [GeneratedRegex(@"CVE-\d+-\d+|coredns#\d+")]
    private static partial Regex FaultId();
}
