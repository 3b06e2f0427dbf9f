using Microsoft.Extensions.Logging;
using PlatformGitOps.Controller.Api;

namespace PlatformGitOps.Controller.Geo;

/// <summary>The lines that <c>geo</c> logs.</summary>
internal static partial class GeoLog
{
    [LoggerMessage(50, LogLevel.Information, "{Address} is {Verdict}: {Detail}")]
    public static partial void Verdict(ILogger log, string address, TargetVerdict verdict, string detail);

    [LoggerMessage(51, LogLevel.Information, "zones {Zones} written, serial {Serial}")]
    public static partial void Written(ILogger log, ObjectName zones, string serial);

    [LoggerMessage(52, LogLevel.Warning, "zones {Zones} were not written: {Reason}")]
    public static partial void WriteFailed(ILogger log, ObjectName zones, string reason);

    [LoggerMessage(53, LogLevel.Information, "zone files of serial {Serial} given to CoreDNS")]
    public static partial void Served(ILogger log, string serial);

    [LoggerMessage(54, LogLevel.Warning, "{Service} has invalid annotations of geographic routing and is left out: {Problems}")]
    public static partial void Invalid(ILogger log, ObjectName service, string problems);

    [LoggerMessage(55, LogLevel.Warning, "{Name} has no healthy address: all are answered")]
    public static partial void FailsOpen(ILogger log, string name);
}
