using PlatformGitOps.Acceptance.Ports;

namespace PlatformGitOps.Acceptance.Adapters;

/// <summary>The adapters of this build: CliWrap, Docker.DotNet, KubernetesClient and Testcontainers (docs/adr/0002-adapters.md).</summary>
public static class AdapterSet
{
    public const string Name = "packages";

    public static ICommands Commands() => new CliWrapCommands();

    public static IContainerEngine ContainerEngine(ICommands commands) => new DockerNetEngine();

    public static IKubernetesApi KubernetesApi(KubeContext context) => KubernetesClientApi.Connect(context);

    public static IK3sServer K3s(IContainerEngine engine) => new TestcontainersK3sServer();
}
