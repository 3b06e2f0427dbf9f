namespace PlatformGitOps.Generator.Tools;

/// <summary>A program that the generator runs but never installs.</summary>
/// <param name="Name">The file name on the search path.</param>
/// <param name="HowToGet">What to do if it is missing.</param>
public sealed record Tool(string Name, string HowToGet)
{
    public static readonly Tool Git = new("git", "Install git (https://git-scm.com/downloads).");

    public static readonly Tool Helm = new("helm", "Install Helm 3 (https://helm.sh/docs/intro/install/).");

    public static readonly Tool Kubectl = new(
        "kubectl", "Install kubectl (https://kubernetes.io/docs/tasks/tools/), which contains kustomize.");

    public static readonly Tool Kustomize = new(
        "kustomize", "Install kustomize (https://kubectl.docs.kubernetes.io/installation/kustomize/).");

    public static readonly Tool Kdig = new("kdig", "Install kdig of Knot DNS (Debian: apt-get install knot-dnsutils).");

    public static readonly Tool Promtool = new("promtool", "Install Prometheus (Debian: apt-get install prometheus).");

    public static readonly Tool Flux = new("flux", "Install the Flux CLI (https://fluxcd.io/flux/installation/).");

    public static readonly Tool Docker = new("docker", "Install Docker (https://docs.docker.com/engine/install/).");

    public static readonly Tool Kind = new("kind", "Install kind (https://kind.sigs.k8s.io/docs/user/quick-start/).");

    /// <summary>
    /// The absolute path of the program, or null. Empty and relative entries of the search path are skipped: they point into the current
    /// folder, whose repository may not be trusted.
    /// </summary>
    /// <param name="searchPath">Folders as in the environment variable PATH.</param>
    public string? Find(string? searchPath) => (searchPath ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Where(Path.IsPathFullyQualified)
        .Select(folder => Path.Combine(folder, OperatingSystem.IsWindows() ? Name + ".exe" : Name))
        .FirstOrDefault(IsExecutable);

    /// <summary>As <see cref="Find(string?)"/>, with the search path of this process.</summary>
    public string? Find() => Find(Environment.GetEnvironmentVariable("PATH"));

    private static bool IsExecutable(string file)
    {
        try
        {
            return File.Exists(file) && (OperatingSystem.IsWindows()
                || (File.GetUnixFileMode(file) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A broken link, or a link to a path that this user cannot read.
            return false;
        }
    }
}
