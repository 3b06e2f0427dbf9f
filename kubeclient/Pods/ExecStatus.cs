using System.Globalization;
using System.Net;
using System.Text.Json;
using PlatformGitOps.KubeClient.Json;

namespace PlatformGitOps.KubeClient.Pods;

/// <summary>Reads the exit code out of the Status object on an exec's error channel.</summary>
internal static class ExecStatus
{
    public static int ExitCode(ReadOnlySpan<byte> json)
    {
        StatusBody status;
        try
        {
            status = JsonSerializer.Deserialize(json, KubeJson.Default.StatusBody) ?? new StatusBody();
        }
        catch (JsonException)
        {
            throw new ApiException(HttpStatusCode.BadGateway, "NoStatus", "exec ended without a Status on its error channel");
        }

        if (status.Status == "Success")
        {
            return 0;
        }

        var cause = status.Details?.Causes?.FirstOrDefault(c => c.Reason == "ExitCode")?.Message;
        return int.TryParse(cause, NumberStyles.None, CultureInfo.InvariantCulture, out var code)
            ? code
            : throw ApiTransport.Failure("exec", status with { Code = status.Code ?? 500 });
    }
}
