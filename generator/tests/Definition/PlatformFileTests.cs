using PlatformGitOps.Generator.Definition;

namespace PlatformGitOps.Generator.Tests.Definition;

public class PlatformFileTests
{
    [Test]
    public void The_repositorys_own_definition_holds_infra_and_apps()
    {
        var platform = PlatformFile.Read(RepositoryRoot.File("platform.yaml")).ShouldBeOfType<PlatformReading.Sound>().Platform;
        platform.Clusters.Select(cluster =>
            $"{cluster.Name} {cluster.Pods} {cluster.Services} {cluster.Dns.ClusterIP} {cluster.Dns.Replicas}")
            .ShouldBe(["infra 10.244.0.0/16 10.245.0.0/16 10.245.0.10 2", "apps 10.246.0.0/16 10.247.0.0/16 10.247.0.10 2"]);
        platform.Clusters.ShouldAllBe(cluster => cluster.NetworkPolicy == NetworkPolicyFlavour.Cilium
            && cluster.Monitoring.Flavour == MonitoringFlavour.VictoriaMetrics);
    }

    [Test]
    public void A_missing_file_is_a_finding()
    {
        var finding = Refused(Path.Combine(TestContext.CurrentContext.WorkDirectory, "nowhere.yaml"));
        finding.Rule.ShouldBe("definition-missing");
        finding.Fix.ShouldContain("init");
    }

    [Test]
    public void A_directory_is_a_finding() => Refused(TestContext.CurrentContext.WorkDirectory).Rule.ShouldBe("definition-unreadable");

    [Test]
    public void Two_definitions_side_by_side_are_a_finding()
    {
        var folder = Directory.CreateTempSubdirectory("platform-");
        try
        {
            File.WriteAllText(Path.Combine(folder.FullName, "platform.yaml"), "clusters: []");
            File.WriteAllText(Path.Combine(folder.FullName, "platform.yml"), "clusters: []");
            Refused(Path.Combine(folder.FullName, "platform.yaml")).Rule.ShouldBe("definition-twice");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Test]
    public void A_link_to_nothing_is_told_with_its_target()
    {
        using var folder = new TemporaryFolder();
        var link = Path.Combine(folder.Path, "platform.yaml");
        File.CreateSymbolicLink(link, "nowhere.yaml");

        var finding = PlatformFile.Read(link).ShouldBeOfType<PlatformReading.Refused>().Findings.ShouldHaveSingleItem();

        finding.Message.ShouldEndWith("is a link to 'nowhere.yaml', and nothing is there.");
    }

    private static Generator.Findings.Finding Refused(string path) =>
        PlatformFile.Read(path).ShouldBeOfType<PlatformReading.Refused>().Findings.ShouldHaveSingleItem();
}
