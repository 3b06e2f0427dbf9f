namespace PlatformGitOps.Acceptance.Ports;

/// <summary>Starts single-node k3s servers in containers.</summary>
public interface IK3sServer
{
    /// <summary>Starts a server and returns its kubeconfig, its server address reachable from this machine.</summary>
    Task<string> Start(K3sSpec spec, CancellationToken cancellationToken);

    Task Remove(string name, CancellationToken cancellationToken);
}
