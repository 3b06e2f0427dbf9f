namespace PlatformGitOps.Controller.Testing;

/// <summary>
/// The only place where tests and the benchmark let time pass: a server that answers late, a look again, a measured window. Everything
/// else waits for a condition.
/// </summary>
public static class Latency
{
    public static Task Of(TimeSpan length, CancellationToken cancellationToken) => Of(length, TimeProvider.System, cancellationToken);

    public static Task Of(TimeSpan length, TimeProvider time, CancellationToken cancellationToken) =>
        Task.Delay(length, time, cancellationToken);
}
