namespace PlatformGitOps.Generator.Tests;

/// <summary>The two clusters of the story, for tests that change one thing.</summary>
internal static class Given
{
    private static readonly Platform Read = Story("", "");

    public static readonly Cluster Infra = Read.Clusters[0];

    public static readonly Cluster Apps = Read.Clusters[1];

    /// <summary>The cluster infra with further keys, such as <c>dns: { replicas: 3 }, networkPolicy: none</c>.</summary>
    /// <param name="keys">The keys, in one line.</param>
    /// <param name="network">Keys of its network in addition to <c>pods</c> and <c>services</c>.</param>
    public static Cluster Cluster(string keys, string? network = null) =>
        Story(network is null ? "" : $", {network}", $", {keys}").Clusters[0];

    private static Platform Story(string network, string keys) => Defined($$"""
        repository: { url: https://github.com/example/platform-gitops.git }
        flux: { version: 2.5.1 }
        charts:
          coredns: { version: 1.38.0 }
          monitoringCrds: { version: 16.0.0 }
        defaults:
          monitoring: { release: monitoring }
          healthController: { image: registry.example.com/dns-health-controller:1.0.0 }
        clusters:
          - { name: infra, network: { pods: 10.244.0.0/16, services: 10.245.0.0/16{{network}} }{{keys}} }
          - { name: apps, network: { pods: 10.246.0.0/16, services: 10.247.0.0/16 } }
        """);

    /// <summary>The platform of a definition.</summary>
    public static Platform Defined(string text) => PlatformText.Read("platform.yaml", Encoding.UTF8.GetBytes(text)) switch
    {
        PlatformReading.Valid valid => valid.Platform,
        PlatformReading.Invalid invalid => throw new InvalidDataException(string.Join('\n', invalid.Findings)),
        _ => throw new InvalidDataException(text),
    };

    /// <summary>The platform of a definition in fixtures/valid.</summary>
    public static Platform Valid(string fixture) =>
        Defined(File.ReadAllText(Path.Combine(Fixtures.Folder, "valid", $"{fixture}.yaml")));

    public static Platform Platform(params ImmutableArray<Cluster> clusters) => Read with { Clusters = clusters };

    /// <summary>The object of a YAML text.</summary>
    public static Mapping Object(string text) => Objects(text)[0];

    public static Mapping[] Objects(string text) => [.. YamlReader.Read("object.yaml", text, YamlOptions.Tree).Documents.OfType<Mapping>()];

    public static Manifest Manifest(string text) => Manifests(text)[0];

    public static Manifest[] Manifests(string text) => [.. Objects(text).Select(body => new Manifest(body, "object.yaml"))];
}
