using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using PlatformGitOps.Generator.Definition;
using PlatformGitOps.Generator.Emission;
using PlatformGitOps.Generator.Kustomize;
using PlatformGitOps.Generator.Tests.Emission;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Tests.Kustomize;

/// <summary>The resolver against the real kustomize, on everything that the generator can emit.</summary>
[TestFixture]
public sealed class KubectlComparisonTests
{
    private static readonly Platform Everything = Sample.Platform(
        Sample.Infra,
        Sample.Apps with { NetworkPolicy = NetworkPolicyFlavour.Kubernetes, Monitoring = Sample.Apps.Monitoring with { Flavour = MonitoringFlavour.None } },
        With("hpa", new Autoscaling.Horizontal(6, 70)),
        With("cpa", new Autoscaling.Proportional(64, 8, 10)),
        With("checked", new Autoscaling.Off()) with { HealthController = Sample.HealthController with { CoreDns = true } },
        With("checked-hpa", new Autoscaling.Horizontal(6, 70)) with
        {
            HealthController = Sample.HealthController,
            NetworkPolicy = NetworkPolicyFlavour.Kubernetes,
            Nodes = Generator.Values.Cidr.Parse("10.0.0.0/24"),
            Monitoring = Sample.Apps.Monitoring with { Flavour = MonitoringFlavour.None },
        });

    private string _root = "";
    private SourceTree _tree = SourceTree.Of([]);

    [OneTimeSetUp]
    public void WriteTree()
    {
        _root = Directory.CreateTempSubdirectory("platform-gitops-").FullName;
        var files = Tree.Build(Everything);
        _tree = SourceTree.Of(files);
        foreach (var file in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_root, file.Path))!);
            File.WriteAllText(Path.Combine(_root, file.Path), file.Text);
        }
    }

    [OneTimeTearDown]
    public void RemoveTree() => Directory.Delete(_root, recursive: true);

    private static IEnumerable<string> Clusters() => Everything.Clusters.Select(cluster => cluster.Name.Text);

    [TestCaseSource(nameof(Clusters))]
    public void Every_layer_of_a_cluster_is_what_kubectl_builds(string cluster)
    {
        var kustomizer = new Kustomizer(_tree);
        var folder = Layout.ClusterFolder(cluster);
        var root = kustomizer.Build(new BuildRequest(folder));
        ShouldBeSame(root, Kubectl(folder, null), folder);

        foreach (var layer in root.Resources.Where(resource => resource is { Kind: "Kustomization", Group: "kustomize.toolkit.fluxcd.io" }))
        {
            var path = SourcePath.Combine("", layer.Body.TextAt("spec", "path")!)!;
            var components = ((layer.Body.At("spec", "components") as Sequence)?.Items ?? []).Select(item => ((Scalar)item).Value).ToArray();
            ShouldBeSame(kustomizer.Build(new BuildRequest(path) { Components = [.. components] }), Kubectl(path, components), layer.Name);
        }
    }

    private static Cluster With(string name, Autoscaling autoscaling) =>
        Sample.Infra with { Name = Generator.Values.DnsLabel.Parse(name), Dns = Sample.Infra.Dns with { Autoscaling = autoscaling } };

    private static void ShouldBeSame(BuildResult ours, YamlText theirs, string what)
    {
        ours.Findings.ShouldBeEmpty(what);
        theirs.Findings.ShouldBeEmpty(what);
        ours.Resources.Select(resource => Canonical(resource.Body)).Order(StringComparer.Ordinal)
            .ShouldBe(theirs.Documents.Select(Canonical).Order(StringComparer.Ordinal), what);
    }

    /// <summary>The same text for nodes that mean the same: kustomize sorts keys and chooses its own quotes.</summary>
    private static string Canonical(Node node) => node switch
    {
        Mapping mapping => "{" + string.Join(',', mapping.Entries.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => $"{entry.Key}:{Canonical(entry.Value)}")) + "}",
        Sequence sequence => "[" + string.Join(',', sequence.Items.Select(Canonical)) + "]",
        Scalar { IsText: true, Value: var text } => $"'{text}'",
        Scalar { Value: var text } => PlainScalars.ReadAsSomethingElse(text) ? text : $"'{text}'",
        _ => "",
    };

    /// <summary>Components go through a folder of their own, as Flux puts them into the kustomization.yaml it builds.</summary>
    private YamlText Kubectl(string folder, string[]? components)
    {
        var build = Path.Combine(_root, folder);
        if (components is { Length: > 0 })
        {
            build = Directory.CreateDirectory(Path.Combine(_root, "build", Guid.NewGuid().ToString("N"))).FullName;
            var lines = components.Select(component => $"  - ../../{SourcePath.Combine(folder, component)}");
            File.WriteAllText(Path.Combine(build, "kustomization.yaml"), $"resources:\n  - ../../{folder}\ncomponents:\n{string.Join('\n', lines)}\n");
        }

        try
        {
            using var process = Process.Start(new ProcessStartInfo("kubectl", ["kustomize", build]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var errors = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            process.ExitCode.ShouldBe(0, errors.Result);
            return YamlReader.Read(folder, Encoding.UTF8.GetBytes(output), YamlOptions.Tree);
        }
        catch (Win32Exception)
        {
            Assert.Ignore("kubectl is not on the PATH; install it to compare with the real kustomize.");
            throw;
        }
    }
}
