using PlatformGitOps.Controller.Geo;

namespace PlatformGitOps.Controller;

/// <summary>
/// All log messages of this process in one class: with several, the generator of LoggerMessage writes its file in a different order in each
/// build, and builds would not be reproducible (.ci/reproducible).
/// </summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "{Service}: {Endpoint} removed from DNS: {Reason}")]
    public static partial void Removed(ILogger log, ObjectName service, string endpoint, string reason);

    [LoggerMessage(2, LogLevel.Information, "{Service}: {Endpoint} restored to DNS: {Reason}")]
    public static partial void Restored(ILogger log, ObjectName service, string endpoint, string reason);

    [LoggerMessage(3, LogLevel.Warning, "{Service}: {Endpoint} fails but remains in DNS ({Guard}): {Reason}")]
    public static partial void HeldBack(ILogger log, ObjectName service, string endpoint, Guard guard, string reason);

    [LoggerMessage(4, LogLevel.Information, "{Service}: dry run, would {Verdict} {Endpoint}: {Reason}")]
    public static partial void DryRun(ILogger log, ObjectName service, Verdict verdict, string endpoint, string reason);

    [LoggerMessage(5, LogLevel.Warning, "{Service}: {Verdict} of {Endpoint} failed: {Reason}")]
    public static partial void ApplyFailed(ILogger log, ObjectName service, Verdict verdict, string endpoint, string reason);

    [LoggerMessage(6, LogLevel.Warning, "{Service} has an invalid health-check configuration: {Problems}")]
    public static partial void InvalidService(ILogger log, ObjectName service, string problems);

    [LoggerMessage(7, LogLevel.Information, "{Service} is under health checks: {Endpoints} endpoints")]
    public static partial void Managed(ILogger log, ObjectName service, int endpoints);

    [LoggerMessage(8, LogLevel.Information, "{Service} is no longer under health checks")]
    public static partial void Released(ILogger log, ObjectName service);

    [LoggerMessage(9, LogLevel.Warning, "{Service}: {Message}")]
    public static partial void Starved(ILogger log, ObjectName service, string message);

    [LoggerMessage(10, LogLevel.Information, "watch of {Resource} ended: {Reason} {Detail}")]
    public static partial void WatchEnded(ILogger log, string resource, WatchEnd reason, string? detail);

    [LoggerMessage(11, LogLevel.Warning, "list of {Resource} failed: {Reason}")]
    public static partial void ListFailed(ILogger log, string resource, string reason);

    [LoggerMessage(12, LogLevel.Warning, "{Kind} {Owner} cannot be read, so its pods keep their serve label: {Reason}")]
    public static partial void OwnerUnread(ILogger log, string kind, ObjectName owner, string reason);

    [LoggerMessage(13, LogLevel.Warning, "{Service}: its pods cannot be removed from DNS: {Reason}")]
    public static partial void Refused(ILogger log, ObjectName service, string reason);

    [LoggerMessage(14, LogLevel.Warning, "{Slice}: {Problem}")]
    public static partial void ForeignSlice(ILogger log, ObjectName slice, string problem);

    [LoggerMessage(20, LogLevel.Information, "lease {Lease} {Change}")]
    public static partial void LeadershipChanged(ILogger log, ObjectName lease, string change);

    [LoggerMessage(21, LogLevel.Warning, "lease {Lease}: {Reason}")]
    public static partial void ElectionFailed(ILogger log, ObjectName lease, string reason);

    [LoggerMessage(22, LogLevel.Information, "lease {Lease} released")]
    public static partial void LeaseReleased(ILogger log, ObjectName lease);

    [LoggerMessage(23, LogLevel.Information, "lease {Lease} handed over to {Successor}")]
    public static partial void LeaseHandedOver(ILogger log, ObjectName lease, string successor);

    [LoggerMessage(24, LogLevel.Warning, "a shard was not handed over to {Successor}: its loop or its last write did not end in time")]
    public static partial void NotGiven(ILogger log, string successor);

    [LoggerMessage(30, LogLevel.Information, "started: {Identity} on {Server}, dry run {DryRun}")]
    public static partial void Started(ILogger log, string identity, Uri server, bool dryRun);

    [LoggerMessage(31, LogLevel.Information, "stopping: waiting for {Writes} writes")]
    public static partial void Stopping(ILogger log, int writes);

    [LoggerMessage(32, LogLevel.Warning, "event {Event} was not written: {Reason}")]
    public static partial void EventFailed(ILogger log, string @event, string reason);

    [LoggerMessage(40, LogLevel.Error, "internal error in {Component} of {Subject}; please report it")]
    public static partial void InternalError(ILogger log, string component, string subject, Exception exception);

    [LoggerMessage(50, LogLevel.Information, "{Address} is {Verdict}: {Detail}")]
    public static partial void GeoVerdict(ILogger log, string address, TargetVerdict verdict, string detail);

    [LoggerMessage(51, LogLevel.Information, "zones {Zones} written, serial {Serial}")]
    public static partial void GeoWritten(ILogger log, ObjectName zones, string serial);

    [LoggerMessage(52, LogLevel.Warning, "zones {Zones} were not written: {Reason}")]
    public static partial void GeoWriteFailed(ILogger log, ObjectName zones, string reason);

    [LoggerMessage(53, LogLevel.Information, "zone files of serial {Serial} given to CoreDNS")]
    public static partial void GeoServed(ILogger log, string serial);

    [LoggerMessage(54, LogLevel.Warning, "{Service} has invalid annotations of geographic routing: {Problems}")]
    public static partial void GeoInvalid(ILogger log, ObjectName service, string problems);

    [LoggerMessage(55, LogLevel.Warning, "{Name} has no healthy address: all are answered")]
    public static partial void GeoFailsOpen(ILogger log, string name);

    [LoggerMessage(56, LogLevel.Warning, "zone files of serial {Serial} were not given to CoreDNS: {Reason}")]
    public static partial void GeoNotServed(ILogger log, string serial, string reason);
}
