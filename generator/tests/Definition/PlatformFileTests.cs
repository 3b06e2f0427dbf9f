namespace PlatformGitOps.Generator.Tests.Definition;

public class PlatformFileTests
{
    [Test]
    public void A_definition_holds_its_clusters()
    {
        var platform = PlatformFile.Read(Sample.Definition).ShouldBeOfType<PlatformReading.Valid>().Platform;
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
    public void A_link_to_nothing_is_reported_with_its_target()
    {
        using var folder = new TemporaryFolder();
        var link = Path.Combine(folder.Path, "platform.yaml");
        File.CreateSymbolicLink(link, "nowhere.yaml");

        var finding = PlatformFile.Read(link).ShouldBeOfType<PlatformReading.Invalid>().Findings.ShouldHaveSingleItem();

        finding.Message.ShouldEndWith("is a link to 'nowhere.yaml', and nothing is there.");
    }

    [Test]
    public void Patches_of_overlays_need_the_folder_of_the_cluster_and_go_into_its_Flux_Kustomization()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("platform.yaml", """
            repository: { url: https://github.com/example/platform.git }
            clusters:
              - name: a
                network: { pods: 10.244.0.0/16, services: 10.245.0.0/16 }
                patches: { overlays: [{ kind: ConfigMap, patch: '[{ op: add, path: /data/a, value: b }]' }] }
            """);

        var finding = Refused(path);
        finding.Message.ShouldBe("The cluster does not have the application overlays.");
        finding.Fix.ShouldBe("Write a manifest into kubernetes/overlays/a, or delete the patch.");

        folder.Write("kubernetes/overlays/a/.gitkeep", "");
        Refused(path);
        folder.Write("kubernetes/overlays/a/own.yaml", "");
        var platform = PlatformFile.Read(path).ShouldBeOfType<PlatformReading.Valid>().Platform;
        Generator.Emission.Tree.Build(platform).Single(file => file.Path == "kubernetes/clusters/a/overlays.yaml")
            .Text.ShouldContain("path: /data/a");
    }

    [TestCase("1.31.2")]
    [TestCase("v1.31.2")]
    [TestCase("v1.31.2+k3s1")]
    [TestCase("v1.31.2-gke.1024")]
    public void A_version_of_Kubernetes_is_read_as_kubectl_prints_it(string version)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("platform.yaml", $$"""
            repository: { url: https://github.com/example/platform.git }
            clusters: [{ name: a, kubernetes: {{version}}, network: { pods: 10.244.0.0/16, services: 10.245.0.0/16 } }]
            """);

        PlatformFile.Read(path).ShouldBeOfType<PlatformReading.Valid>().Platform.Clusters[0].Kubernetes!.ToString().ShouldBe("1.31.2");
    }

    [Test]
    public void A_message_about_a_block_of_one_line_shows_no_line_break()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("platform.yaml", """
            repository: { url: https://github.com/example/platform.git }
            clusters:
              - name: a
                network: { pods: 10.244.0.0/16, services: 10.245.0.0/16 }
                dns:
                  zoneFiles:
                    example.com: |
                      www 60 A 10.9.0.1
            """);

        Refused(path).Message.ShouldStartWith("The value 'www 60 A 10.9.0.1' of 'example.com' has no SOA record");
    }

    private static Generator.Findings.Finding Refused(string path) =>
        PlatformFile.Read(path).ShouldBeOfType<PlatformReading.Invalid>().Findings.ShouldHaveSingleItem();
}
