using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using PlatformGitOps.KubeClient.Configuration;
using PlatformGitOps.KubeClient.Json;

namespace PlatformGitOps.KubeClient.Credentials;

/// <summary>Runs a credential plugin (KEP-541) and keeps what it printed until shortly before it runs out.</summary>
public sealed class ExecCredential(ExecPlugin plugin, TimeProvider time) : ICredentialSource, IDisposable
{
    private static readonly TimeSpan RenewEarly = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _one = new(1, 1);
    private Credential? _last;
    private DateTimeOffset? _expires;

    public async ValueTask<Credential> GetAsync(bool refresh, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            var expired = _expires is { } at && time.GetUtcNow() >= at - RenewEarly;
            if (_last is null || refresh || expired)
            {
                _last = await RunAsync(cancellationToken);
            }

            return _last;
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private async Task<Credential> RunAsync(CancellationToken cancellationToken)
    {
        var output = await RunCommandAsync(cancellationToken);
        ExecCredentialBody? body;
        try
        {
            body = JsonSerializer.Deserialize(output, KubeJson.Default.ExecCredentialBody);
        }
        catch (JsonException)
        {
            // The JsonException's own text would quote the output, which may be a token.
            throw new KubeConfigException($"credential plugin '{plugin.Command}' did not print an ExecCredential");
        }

        if (body?.Status is not { } status || body.Kind != "ExecCredential")
        {
            throw new KubeConfigException($"credential plugin '{plugin.Command}' printed no ExecCredential status");
        }

        _expires = status.ExpirationTimestamp;
        var certificate = status is { ClientCertificateData: { } cert, ClientKeyData: { } key }
            ? X509Certificate2.CreateFromPem(cert, key)
            : null;
        return new Credential(status.Token, certificate);
    }

    private async Task<string> RunCommandAsync(CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(plugin.Command)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var argument in plugin.Arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in plugin.Environment)
        {
            start.Environment[name] = value;
        }

        var info = new JsonObject
        {
            ["apiVersion"] = plugin.ApiVersion,
            ["kind"] = "ExecCredential",
            ["spec"] = new JsonObject { ["interactive"] = false },
        };
        start.Environment["KUBERNETES_EXEC_INFO"] = info.ToJsonString();

        using var process = Start(start);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var errors = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            var text = await output;
            var complaint = (await errors).Trim();
            return process.ExitCode == 0
                ? text
                : throw new KubeConfigException($"credential plugin '{plugin.Command}' ended with {process.ExitCode}: {complaint}");
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    private Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start) ?? throw new KubeConfigException($"credential plugin '{plugin.Command}' did not start");
        }
        catch (Win32Exception e)
        {
            var hint = plugin.InstallHint is null ? "" : $" ({plugin.InstallHint.Trim()})";
            throw new KubeConfigException($"credential plugin '{plugin.Command}' cannot be started: {e.Message}{hint}");
        }
    }
}
