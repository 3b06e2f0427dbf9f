namespace PlatformGitOps.Controller.Election;

/// <summary>Logs failed attempts with what the operator can do. The same failure is logged again after a minute.</summary>
internal sealed class ElectionFailures(ObjectName lease, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan BetweenSame = TimeSpan.FromMinutes(1);

    private string? _last;
    private long _lastAt;

    public void Report(Exception failure)
    {
        var advice = (failure as ApiException)?.Status switch
        {
            HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized =>
                $". Let this account create leases in {lease.Namespace}, and get and patch {lease.Name}.",
            HttpStatusCode.NotFound => $". Create the namespace {lease.Namespace}, or run in that of the Lease.",
            _ => "",
        };
        if (failure.Message != _last || time.GetElapsedTime(_lastAt) >= BetweenSame)
        {
            (_last, _lastAt) = (failure.Message, time.GetTimestamp());
            Log.ElectionFailed(log, lease, failure.Message + advice);
        }
    }

    /// <summary>An attempt succeeded.</summary>
    public void Clear() => _last = null;
}
