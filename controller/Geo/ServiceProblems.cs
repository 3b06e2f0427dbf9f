using k8s.Models;
using Microsoft.Extensions.Logging;
using PlatformGitOps.Controller.Api;

namespace PlatformGitOps.Controller.Geo;

/// <summary>A problem of a Service becomes an Event of it, once for each text. Used by one task at a time.</summary>
internal sealed class ServiceProblems(EventRecorder events, ILogger log)
{
    private readonly Dictionary<ObjectName, string> _reported = [];

    /// <param name="problems">All that there are now.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    public async Task ReportAsync(
        IReadOnlyCollection<(ObjectName Name, V1ObjectReference About, string Text)> problems, CancellationToken cancellationToken)
    {
        foreach (var gone in _reported.Keys.Except(problems.Select(item => item.Name)).ToArray())
        {
            _reported.Remove(gone);
        }

        foreach (var (name, about, text) in problems.Where(item => _reported.GetValueOrDefault(item.Name) != item.Text))
        {
            _reported[name] = text;
            GeoLog.Invalid(log, name, text);
            await events.WriteAsync(about, warning: true, "InvalidGeoRouting", text, cancellationToken);
        }
    }
}
