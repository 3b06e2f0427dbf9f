using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using PlatformGitOps.Generator.Flux;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Tools;

/// <summary>A program that the generator runs but never installs.</summary>
/// <param name="Name">The file name on the search path.</param>
/// <param name="HowToGet">What to do where it is missing.</param>
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
    /// The absolute path of the program, or null. Empty and relative entries of the search path are skipped: they lead into the current
    /// folder, which may be a repository of another author.
    /// </summary>
    /// <param name="searchPath">Folders as in the environment variable PATH.</param>
    public string? Find(string? searchPath) => (searchPath ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Where(Path.IsPathFullyQualified)
        .Select(folder => Path.Combine(folder, OperatingSystem.IsWindows() ? Name + ".exe" : Name))
        .FirstOrDefault(IsExecutable);

    private static bool IsExecutable(string file)
    {
        try
        {
            return File.Exists(file) && (OperatingSystem.IsWindows()
                || (File.GetUnixFileMode(file) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A link that leads nowhere, or to where this user may not look.
            return false;
        }
    }
}

/// <summary>kubectl is missing or failed; the message is for people.</summary>
internal sealed class KubectlException(string message) : Exception(message);

/// <summary>Reads objects of a live cluster with the user's own kubectl and rights; it changes nothing.</summary>
/// <param name="File">kubectl's absolute path.</param>
/// <param name="Context">The context of the kubeconfig; null for the current one.</param>
/// <param name="KubeConfig">A kubeconfig; null for kubectl's own choice.</param>
internal sealed record Kubectl(string File, string? Context, string? KubeConfig)
{
    private const string NoSuchType = "the server doesn't have a resource type";

    /// <exception cref="KubectlException">It is not on the PATH.</exception>
    public static Kubectl Find(string? context, string? kubeConfig) => new(
        Tool.Kubectl.Find(Environment.GetEnvironmentVariable("PATH"))
            ?? throw new KubectlException($"kubectl is not on the PATH. {Tool.Kubectl.HowToGet}"),
        context,
        kubeConfig);

    /// <summary>The objects of one kind; none where the cluster does not know the kind.</summary>
    /// <param name="kind">As kubectl takes it: <c>services</c>, <c>httproutes.gateway.networking.k8s.io</c>.</param>
    /// <param name="namespace">Null for all.</param>
    /// <param name="cancellationToken">Ends kubectl.</param>
    /// <exception cref="KubectlException">kubectl failed, or printed something else.</exception>
    public async Task<ImmutableArray<Manifest>> ListAsync(string kind, string? @namespace, CancellationToken cancellationToken)
    {
        string[] arguments =
        [
            "get", kind, .. @namespace is null ? ["--all-namespaces"] : (string[])["--namespace", @namespace],
            "--output", "json", "--show-managed-fields", "--request-timeout", "30s",
            .. Context is null ? [] : (string[])["--context", Context],
            .. KubeConfig is null ? [] : (string[])["--kubeconfig", KubeConfig],
        ];
        var result = await ToolProcess.RunAsync(File, arguments, new ToolOptions(), cancellationToken).ConfigureAwait(false);
        if (!result.Succeeded)
        {
            return result.Error.Contains(NoSuchType, StringComparison.Ordinal) ? []
                : throw new KubectlException($"kubectl cannot list {kind}. {result.Explain()}");
        }

        try
        {
            return JsonNode.Parse(result.Bytes) is JsonObject list && list["items"] is JsonArray items
                ? [.. items.Select(item => item.ToNode()).OfType<Mapping>().Select(body => new Manifest(body, ""))]
                : throw new KubectlException($"kubectl printed no list of {kind}.");
        }
        catch (JsonException exception)
        {
            throw new KubectlException($"kubectl printed something else than JSON for {kind} ({exception.Message}).");
        }
    }
}
