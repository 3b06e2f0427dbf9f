using PlatformGitOps.Acceptance.Ports;

namespace PlatformGitOps.Acceptance.Adapters;

/// <summary>The adapters of this build: .NET and the docker command, no further package (docs/adr/0002-adapters.md).</summary>
public static class AdapterSet
{
    public const string Name = "builtin";

    public static ICommands Commands() => new ProcessCommands();

    public static IContainerEngine ContainerEngine(ICommands commands) => new DockerCommandEngine(commands);

    public static IKubernetesApi KubernetesApi(KubeContext context) => KubeClientApi.Connect(context);

    public static IK3sServer K3s(IContainerEngine engine) => new ContainerK3sServer(engine);
}
