namespace PlatformGitOps.KubeClient.Objects;

/// <summary>What every typed object has.</summary>
public interface IKubeObject
{
    ObjectMeta Metadata { get; }
}
