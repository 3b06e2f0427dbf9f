using System.Net;

namespace PlatformGitOps.KubeClient;

/// <summary>The API server's answer when it was not a success, with the facts a caller decides on.</summary>
/// <remarks>The message is made of method, path and the server's own Status; headers, and so tokens, never come near it.</remarks>
public sealed class ApiException : Exception
{
    public ApiException(HttpStatusCode status, string reason, string message, TimeSpan? retryAfter = null)
        : base(message)
    {
        Status = status;
        Reason = reason;
        RetryAfter = retryAfter;
    }

    public HttpStatusCode Status { get; }

    /// <summary>The machine-readable reason of the Status object, such as <c>NotFound</c>, <c>Expired</c> or <c>Conflict</c>.</summary>
    public string Reason { get; }

    /// <summary>How long the server asks to be left alone.</summary>
    public TimeSpan? RetryAfter { get; }

    public bool IsNotFound => Status == HttpStatusCode.NotFound;

    /// <summary>The object changed under the caller, or it exists already.</summary>
    public bool IsConflict => Status == HttpStatusCode.Conflict;

    /// <summary>The resourceVersion or continue token is older than what the server keeps: list again.</summary>
    public bool IsGone => Status == HttpStatusCode.Gone;

    /// <summary>The server may do it later: overload, or it is starting or stopping.</summary>
    public bool IsTransient => Status is HttpStatusCode.TooManyRequests or HttpStatusCode.InternalServerError
        or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;
}
