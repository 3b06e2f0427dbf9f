using PlatformGitOps.KubeClient.Objects;

namespace PlatformGitOps.Controller.Running;

/// <summary>What the loop wants to know of changes in the world.</summary>
internal interface IWorldObserver
{
    void Appeared(TrackedEndpoint endpoint);

    void Changed(ManagedService service);

    void Managed(ManagedService service);

    void Released(ManagedService service);

    void Invalid(Service service, IReadOnlyList<string> problems);
}
