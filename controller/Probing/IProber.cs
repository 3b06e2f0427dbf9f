namespace PlatformGitOps.Controller.Probing;

/// <summary>Asks one endpoint. Never throws but for cancellation: whatever goes wrong is the endpoint's answer.</summary>
public interface IProber
{
    Task<ProbeResult> ProbeAsync(ProbeTarget target, CancellationToken cancellationToken);
}
