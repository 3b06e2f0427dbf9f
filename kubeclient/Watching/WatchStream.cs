namespace PlatformGitOps.KubeClient.Watching;

/// <summary>An open watch, or why it could not be opened.</summary>
internal sealed class WatchStream<T> : IDisposable
{
    private readonly HttpResponseMessage? _response;
    private readonly WatchEvent<T>? _failure;

    public WatchStream(HttpResponseMessage response, StreamReader reader) => (_response, Reader) = (response, reader);

    public WatchStream(WatchEvent<T>.Ended failure) => _failure = failure;

    public StreamReader? Reader { get; }

    public WatchEvent<T> Failure => _failure ?? throw new InvalidOperationException("this watch is open");

    public void Dispose()
    {
        Reader?.Dispose();
        _response?.Dispose();
    }
}
