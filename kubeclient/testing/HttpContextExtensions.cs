using Microsoft.AspNetCore.Http;

namespace PlatformGitOps.KubeClient.Testing;

/// <summary>For interceptors.</summary>
public static class HttpContextExtensions
{
    /// <summary>Answers with a Status object, the API server's form of every error.</summary>
    public static Task WriteStatusAsync(this HttpContext context, int code, string reason, string message) =>
        ApiRequests.StatusAsync(context, code, reason, message);
}
