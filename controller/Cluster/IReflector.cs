namespace PlatformGitOps.Controller.Cluster;

/// <summary>A reflector of any kind.</summary>
public interface IReflector
{
    string Resource { get; }

    bool HasSynced { get; }

    bool IsCurrent { get; }

    Task RunAsync(CancellationToken cancellationToken);
}
