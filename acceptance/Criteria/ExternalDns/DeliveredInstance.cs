using PlatformGitOps.Generator.Emission;
using PlatformGitOps.Generator.Flux;

namespace PlatformGitOps.Acceptance.Criteria.ExternalDns;

/// <summary>An instance as the tree delivers it: its pod's arguments and its objects.</summary>
internal sealed record DeliveredInstance(string Cluster, string Name, IReadOnlyList<string> Arguments, IReadOnlyList<Resource> Objects)
{
    private const string Metrics = "--metrics-address=";

    /// <summary>The text of its definition.</summary>
    public required string Definition { get; init; }

    /// <summary>The tree of its definition.</summary>
    public required SourceTree Source { get; init; }

    public string ServiceAccount => $"{ExternalDnsNames.Name}-{Name}";

    /// <summary>The instance of a cluster, generated and built like Flux does.</summary>
    /// <param name="cluster">The cluster's name.</param>
    /// <param name="instance">The keys of the instance, in flow style.</param>
    public static DeliveredInstance Of(string cluster, string instance) => AllOf(cluster, instance)[0];

    /// <summary>The instances of a cluster.</summary>
    /// <param name="cluster">The cluster's name.</param>
    /// <param name="instances">The keys of each, in flow style.</param>
    public static IReadOnlyList<DeliveredInstance> AllOf(string cluster, params IReadOnlyList<string> instances)
    {
        var text = $$"""
            repository: { url: https://github.com/example/platform.git }
            clusters:
              - name: {{cluster}}
                network: { pods: 10.244.0.0/16, services: 10.245.0.0/16 }
                externalDns:
                  instances: [{{string.Join(", ", instances)}}]
            """;
        return In(text, cluster);
    }

    /// <summary>The instances that a definition has in one cluster.</summary>
    public static IReadOnlyList<DeliveredInstance> In(string text, string cluster)
    {
        var platform = PlatformText.Read("platform.yaml", Encoding.UTF8.GetBytes(text)) switch
        {
            PlatformReading.Valid valid => valid.Platform,
            PlatformReading.Invalid invalid => throw new InvalidDataException(string.Join('\n', invalid.Findings)),
            _ => throw new InvalidDataException(text),
        };
        var source = SourceTree.Of(Tree.Build(platform));
        var layer = new FluxTree(source).Cluster(cluster, strict: true).Layers
            .Single(found => found.Name == $"cluster-{cluster}-external-dns");
        layer.BuildFindings.ShouldBeEmpty();
        IReadOnlyList<Resource> objects = [.. layer.Built.Select(resource => YamlDocuments.Document(resource.Body))];
        return
        [
            .. from instance in platform.ClusterNamed(cluster).Of<ExternalDnsSettings>()!.Instances
               let name = instance.Name.Text
               // Without the CRD of DNSEndpoint and the alerts, which all instances share.
               let own = objects.Where(resource => resource.Name == ExternalDnsNames.Of(instance)
                   || resource.Kind is "CustomResourceDefinition" or "PrometheusRule").ToArray()
               let deployment = own.Single(resource => resource.Kind == "Deployment")
               select new DeliveredInstance(cluster, name, deployment.Texts("spec.template.spec.containers[0].args"), own)
               {
                   Definition = text,
                   Source = source,
               },
        ];
    }

    /// <summary>A copy without an argument, or with others instead: a sabotage.</summary>
    public DeliveredInstance With(string argument, params IEnumerable<string> instead)
    {
        Arguments.ShouldContain(argument, "the sabotage no longer fits the arguments");
        return this with { Arguments = [.. Arguments.Where(given => given != argument), .. instead] };
    }

    /// <summary>Applies the ServiceAccount's RBAC objects and the CRDs that the instance needs.</summary>
    public async Task Prepare(KubernetesApi api, CancellationToken cancellationToken)
    {
        foreach (var resource in Objects.Where(resource =>
            resource.Kind is "ServiceAccount" or "ClusterRole" or "ClusterRoleBinding" or "CustomResourceDefinition"))
        {
            await api.Apply(ResourceKind.Of(resource), resource, cancellationToken);
        }
    }

    /// <summary>Starts the real program with the tree's arguments; only the API server and the listening address differ.</summary>
    /// <param name="secret">The TSIG key.</param>
    public RunningInstance Start(string program, LocalApiServer server, string secret)
    {
        var variable = Container.Parts("env").Single(env => env.Text("valueFrom.secretKeyRef.key") == "tsig-secret").Text("name")!;
        return Start(program, server.ConfigOf(ServiceAccount), Arguments, RunSession.NewFolder("external-dns"),
            new Dictionary<string, string> { [variable] = secret });
    }

    /// <summary>The same with the whole pod: its files, and its environment with the values of its Secret.</summary>
    /// <param name="config">The kubeconfig.</param>
    /// <param name="secret">The values of the Secret, by key.</param>
    /// <param name="also">Additional environment variables, for example for a stand-in.</param>
    public async Task<RunningInstance> Start(
        string program, string config, IReadOnlyDictionary<string, string> secret, IReadOnlyDictionary<string, string> also,
        CancellationToken cancellationToken)
    {
        var folder = RunSession.NewFolder("external-dns");
        var volumes = await PodVolumes.Of(Objects, secret, folder, cancellationToken);
        return Start(program, config, Arguments.Select(volumes.Here), folder,
            volumes.Variables(Container).Concat(also).ToDictionary(pair => pair.Key, pair => pair.Value));
    }

    private Resource Container => Objects.Single(resource => resource.Kind == "Deployment").Parts("spec.template.spec.containers")[0];

    private static RunningInstance Start(
        string program, string config, IEnumerable<string> arguments, string folder, Dictionary<string, string> variables)
    {
        var port = LocalProgram.FreePort();
        return new RunningInstance(
            LocalProgram.Start(
                program,
                [
                    .. arguments.Where(argument => !argument.StartsWith(Metrics, StringComparison.Ordinal)),
                    $"{Metrics}127.0.0.1:{port}",
                    $"--kubeconfig={config}",
                ],
                folder,
                variables),
            port);
    }
}

/// <summary>A running External-DNS.</summary>
internal sealed class RunningInstance(LocalProgram program, int port) : IDisposable
{
    /// <summary>The error of a build without the provider.</summary>
    public const string UnknownProvider = "unknown dns provider";

    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(5) };

    public LocalProgram Program => program;

    public Task<string> Metrics(CancellationToken cancellationToken) => Http.GetStringAsync(
        new Uri($"http://127.0.0.1:{port}/metrics"), cancellationToken);

    /// <summary>The sum of a series over its labels; 0 if it does not exist.</summary>
    public async Task<double> Metric(string name, CancellationToken cancellationToken) =>
        MetricsText.Sum(await Metrics(cancellationToken), name);

    /// <summary>Waits for this number of further comparisons.</summary>
    /// <param name="what">sync for successful ones only, reconcile for all.</param>
    public Task Compares(int times, CancellationToken cancellationToken, string what = "sync") =>
        Compares(probe => Metric($"external_dns_controller_last_{what}_timestamp_seconds", probe), times, cancellationToken);

    /// <param name="last">Reads the time of External-DNS's last comparison from its metrics.</param>
    internal static async Task Compares(Func<CancellationToken, Task<double>> last, int times, CancellationToken cancellationToken)
    {
        for (var time = 0; time < times; time++)
        {
            var before = await Eventually.Within(
                TimeSpan.FromSeconds(60), last, "External-DNS shows its metrics", cancellationToken);
            await Eventually.Within(
                TimeSpan.FromSeconds(60),
                async probe => (await last(probe)).ShouldBeGreaterThan(before),
                "External-DNS compares again",
                cancellationToken);
        }
    }

    public void Dispose()
    {
        program.Dispose();
        Directory.Delete(Path.GetDirectoryName(program.LogFile)!, recursive: true);
    }
}
