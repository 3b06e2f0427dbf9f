using PlatformGitOps.Generator.Render;

namespace PlatformGitOps.Generator.Tests.Flux;

/// <summary>Compares the resolver with the real kustomize, on all output of the generator.</summary>
[TestFixture]
public sealed class KubectlComparisonTests
{
    private static readonly Platform Everything = Given.Valid("variants");

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

    /// <summary>Without Kustomizations with patches: the build here is of folders and components.</summary>
    private static IEnumerable<string> Clusters() =>
        Everything.Clusters.Select(cluster => cluster.Name.Text).Except(["placed", "released-placed"]);

    [TestCaseSource(nameof(Clusters))]
    public void Every_layer_of_a_cluster_is_what_kubectl_builds(string cluster)
    {
        foreach (var layer in new FluxTree(_tree).Cluster(cluster, strict: true).Layers)
        {
            layer.BuildFindings.ShouldBeEmpty(layer.Name);
            var components = layer.Kustomization.Body.ItemsAt("spec", "components").Select(item => ((Scalar)item).Value).ToArray();
            Kustomized.ShouldBeSame(layer.Built, Kubectl(layer.Folder!, components), layer.Name);
        }
    }

    /// <summary>The fields of a Flux Kustomization that change the objects, and a folder without a kustomization.yaml.</summary>
    [Test]
    public async Task Flux_members_and_generated_files_give_what_the_real_kustomize_gives()
    {
        using var repository = new TemporaryFolder();
        repository.Write("kubernetes/clusters/one/flux.yaml", """
            apiVersion: kustomize.toolkit.fluxcd.io/v1
            kind: Kustomization
            metadata: {name: apps, namespace: flux-system}
            spec:
              path: ./kubernetes/apps
              prune: true
              sourceRef: {kind: GitRepository, name: here}
              targetNamespace: team
              namePrefix: pre-
              nameSuffix: -suf
              commonMetadata: {labels: {owner: "${OWNER}"}, annotations: {a: "1"}}
              components: [../missing, ../component]
              ignoreMissingComponents: true
              images: [{name: nginx, newTag: "2"}, {name: registry.example:5000/x/app, newName: other/app, digest: "sha256:abc"}]
              patches:
                - target: {kind: Deployment}
                  patch: |
                    - {op: add, path: /spec/replicas, value: 3}
              postBuild: {substitute: {OWNER: team-a, NUMBER: "004"}}
            ---
            apiVersion: kustomize.toolkit.fluxcd.io/v1
            kind: Kustomization
            metadata: {name: foreign, namespace: flux-system}
            spec: {path: ./deploy, sourceRef: {kind: GitRepository, name: elsewhere}}
            """);
        repository.Write("kubernetes/component/kustomization.yaml",
            "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [extra.yaml]\n");
        repository.Write("kubernetes/component/extra.yaml", "{apiVersion: v1, kind: ServiceAccount, metadata: {name: extra}}");
        repository.Write("kubernetes/apps/sub/kustomization.yaml", "resources: [used.yaml]\nnamePrefix: sub-\n");
        repository.Write("kubernetes/apps/sub/used.yaml",
            "{apiVersion: v1, kind: ConfigMap, metadata: {name: used}, data: {owner: '${OWNER}', number: 'x${NUMBER}'}}");
        repository.Write("kubernetes/apps/sub/unused.yaml", "not: an object");
        repository.Write("kubernetes/apps/.sops.yaml", "creation_rules: []");
        repository.Write("kubernetes/apps/web.yml", """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, labels: &labels {app: web}}
            spec:
              selector: {matchLabels: *labels}
              template:
                metadata: {labels: *labels}
                spec:
                  serviceAccountName: extra
                  initContainers: [{name: i, image: "registry.example:5000/x/app:1"}]
                  containers:
                    [{name: c, image: "nginx:1@sha256:0", envFrom: [{configMapRef: {name: settings}}, {configMapRef: {name: outside}}]}]
            ---
            {apiVersion: v1, kind: ConfigMap, metadata: {name: settings}, data: {a: "1"}}
            ---
            apiVersion: helm.toolkit.fluxcd.io/v2
            kind: HelmRelease
            metadata: {name: hr}
            spec: {values: {image: "nginx:1", containers: [{image: "nginx:1"}], number: "${NUMBER}"}}
            """);
        Kustomized.Needed();

        var theirs = await ClusterRender.BuildAsync(repository.Path, "one", new RenderOptions { StrictSubstitution = true },
            TimeProvider.System, CancellationToken.None);
        var ours = new FluxTree(SourceTree.OnDisk(repository.Path)).Cluster("one", strict: true);

        theirs.Problem.ShouldBeNull();
        ours.Layers.SelectMany(layer => layer.Findings).ShouldBeEmpty();
        ours.Layers.Select(layer => layer.Name).ShouldBe([Layer.Bootstrap, "apps", "foreign"]);
        ours.Layers[2].IsForeign.ShouldBeTrue();
        Kustomized.Canonical(ours.Applied).ShouldBe(Kustomized.Canonical(theirs.Layers.SelectMany(layer => layer.Applied)));
        ours.Applied.Single(resource => resource.IsHelmRelease).Label("owner")
            .ShouldBe("${OWNER}", "Flux sets common metadata after substitution");
    }

    /// <summary>Components are in their own folder, as Flux puts them into the kustomization.yaml that it builds.</summary>
    private YamlText Kubectl(string folder, string[]? components)
    {
        var build = Path.Combine(_root, folder);
        if (components is { Length: > 0 })
        {
            build = Directory.CreateDirectory(Path.Combine(_root, "build", Guid.NewGuid().ToString("N"))).FullName;
            var lines = components.Select(component => $"  - ../../{SourceTree.Combine(folder, component)}");
            File.WriteAllText(Path.Combine(build, "kustomization.yaml"),
                $"resources:\n  - ../../{folder}\ncomponents:\n{string.Join('\n', lines)}\n");
        }

        return Kustomized.Build(build);
    }
}
