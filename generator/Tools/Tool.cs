namespace PlatformGitOps.Generator.Tools;

/// <summary>A program that is asked for work, never installed or changed.</summary>
/// <param name="Name">As it is called on the search path.</param>
/// <param name="HowToGet">What to do where it is missing.</param>
public sealed record Tool(string Name, string HowToGet)
{
    public static readonly Tool Helm = new("helm", "Install Helm 3 (https://helm.sh/docs/intro/install/).");

    public static readonly Tool Kubectl = new("kubectl", "Install kubectl (https://kubernetes.io/docs/tasks/tools/), which brings kustomize.");

    public static readonly Tool Kustomize = new("kustomize", "Install kustomize (https://kubectl.docs.kubernetes.io/installation/kustomize/).");

    public static readonly Tool Promtool = new("promtool", "Install Prometheus (Debian: apt-get install prometheus).");

    /// <summary>The program's file in the first folder of a search path that has it, or null.</summary>
    /// <param name="searchPath">Folders as in the environment variable PATH.</param>
    public string? Find(string? searchPath)
    {
        var names = OperatingSystem.IsWindows() ? new[] { Name + ".exe" } : [Name];
        return (searchPath ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(folder => names.Select(name => Path.Combine(folder, name)))
            .FirstOrDefault(File.Exists);
    }
}
