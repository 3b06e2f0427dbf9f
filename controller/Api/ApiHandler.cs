using System.Net;
using System.Net.Http.Headers;
using k8s.Authentication;

namespace PlatformGitOps.Controller.Api;

/// <summary>
/// Between the package and the socket. It reads each answer whole before the package sees it, because the package (21.0.8) reads bodies
/// synchronously: one that stalls would never end. And it answers a 401 once with a token that is read again, because tokens rotate.
/// </summary>
internal sealed class ApiHandler(TokenFile? tokens) : DelegatingHandler
{
    /// <summary>Marks a watch, whose body is read line by line.</summary>
    public static HttpRequestOptionsKey<bool> IsStream { get; } = new("stream");

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        if (response.StatusCode == HttpStatusCode.Unauthorized && tokens is not null)
        {
            response.Dispose();
            tokens.Forget();
            request.Headers.Authorization = await tokens.GetAuthenticationHeaderAsync(cancellationToken);
            response = await base.SendAsync(request, cancellationToken);
        }

        if (!response.IsSuccessStatusCode || !request.Options.TryGetValue(IsStream, out var stream) || !stream)
        {
            await response.Content.LoadIntoBufferAsync(cancellationToken);
        }

        return response;
    }
}

/// <summary>
/// A token in a file that the kubelet renews at 80 % of its life (KEP-1205): it is read again every minute, and at once after a 401. The
/// package's own reads it by the wall clock, so that a clock which is set back would keep an old token.
/// </summary>
internal sealed class TokenFile(string path, TimeProvider time) : ITokenProvider
{
    private static readonly TimeSpan KeepFor = TimeSpan.FromMinutes(1);

    // One reference, so that threads see header and time together.
    private volatile Entry? _last;

    public async Task<AuthenticationHeaderValue> GetAuthenticationHeaderAsync(CancellationToken cancellationToken)
    {
        if (_last is { } last && time.GetElapsedTime(last.ReadAt) < KeepFor)
        {
            return last.Header;
        }

        var token = (await File.ReadAllTextAsync(path, cancellationToken)).Trim();
        var entry = new Entry(new AuthenticationHeaderValue("Bearer", token), time.GetTimestamp());
        _last = entry;
        return entry.Header;
    }

    public void Forget() => _last = null;

    private sealed class Entry(AuthenticationHeaderValue header, long readAt)
    {
        public AuthenticationHeaderValue Header { get; } = header;

        public long ReadAt { get; } = readAt;
    }
}
