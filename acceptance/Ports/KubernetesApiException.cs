namespace PlatformGitOps.Acceptance.Ports;

/// <param name="status">HTTP status; 0 where the server did not answer.</param>
public sealed class KubernetesApiException(int status, string request, string message, Exception? inner = null)
    : Exception($"{request}: {(status == 0 ? "no answer" : status)} {message}", inner)
{
    public int Status { get; } = status;
    public string Request { get; } = request;
}
