using System.Text.Json;
using System.Text.Json.Nodes;

namespace PlatformGitOps.Generator.Tools;

/// <summary>kubectl is missing or failed; the message is for people.</summary>
internal sealed class KubectlException(string message) : Exception(message);

/// <summary>Reads objects of a live cluster with the user's own kubectl and rights; it changes nothing.</summary>
/// <param name="File">kubectl's absolute path.</param>
/// <param name="Context">The context of the kubeconfig; null for the current one.</param>
/// <param name="KubeConfig">A kubeconfig; null for kubectl's own choice.</param>
internal sealed partial record Kubectl(string File, string? Context, string? KubeConfig)
{
    private const string NoSuchType = "the server doesn't have a resource type";

    /// <exception cref="KubectlException">It is not on the PATH.</exception>
    public static Kubectl Find(string? context, string? kubeConfig) => new(
        Tool.Kubectl.Find()
            ?? throw new KubectlException($"kubectl is not on the PATH. {Tool.Kubectl.HowToGet}"),
        context,
        kubeConfig);

    /// <summary>The objects of one kind; empty if the cluster does not know the kind.</summary>
    /// <param name="kind">The resource name for kubectl: <c>services</c>, <c>httproutes.gateway.networking.k8s.io</c>.</param>
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
        var result = await ToolProcess.RunAsync(File, arguments, new ToolOptions(), cancellationToken);
        if (!result.Succeeded)
        {
            return result.Error.Contains(NoSuchType) ? []
                : throw new KubectlException($"kubectl cannot list {kind}. {(result with { Error = ErrorText(result.Error) }).Explain()}");
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

    /// <summary>Each line of standard error once; lines of kubectl's log, one for each attempt, only if there is nothing else.</summary>
    private static string ErrorText(string error)
    {
        var lines = error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct().ToArray();
        var own = Array.FindAll(lines, line => !Logged().IsMatch(line));
        return string.Join('\n', own.Length > 0 ? own : lines);
    }

    [GeneratedRegex(@"^[IWEF]\d{4} \d\d:\d\d:\d\d\.\d+ .*\] ")]
    private static partial Regex Logged();
}
