using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PlatformGitOps.Controller.Probing;

/// <summary>Probes one endpoint.</summary>
internal interface IProber
{
    Task<ProbeResult> ProbeAsync(ProbeTarget target, CancellationToken cancellationToken);
}

/// <summary>Runs the probe of the target's scheme within its time-out. Every error is the endpoint's failure.</summary>
internal sealed class EndpointProber : IProber, IDisposable
{
    private const int LongestDetail = 200;

    private readonly TimeProvider _time;
    private readonly long _origin;
    private readonly HttpProbe _http;

    /// <param name="time">The wall clock and the monotonic clock.</param>
    /// <param name="origin">The timestamp that is time zero of the results.</param>
    /// <param name="authorities">Root certificates for HTTPS endpoints; null for the system's own.</param>
    public EndpointProber(TimeProvider time, long origin, X509Certificate2Collection? authorities = null)
    {
        _time = time;
        _origin = origin;
        _http = new HttpProbe(authorities ?? []);
    }

    /// <summary>The root certificates of <c>probes.authoritiesFile</c> in the config file.</summary>
    public static X509Certificate2Collection LoadAuthorities(string? file)
    {
        var authorities = new X509Certificate2Collection();
        if (file is null)
        {
            return authorities;
        }

        try
        {
            authorities.ImportFromPemFile(file);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new ConfigException([$"probes.authoritiesFile {file} cannot be read: {e.Message}"]);
        }

        return authorities.Count > 0 ? authorities : throw new ConfigException([$"probes.authoritiesFile {file} has no certificate"]);
    }

    public async Task<ProbeResult> ProbeAsync(ProbeTarget target, CancellationToken cancellationToken)
    {
        var started = _time.GetElapsedTime(_origin);
        bool healthy, silent;
        string detail;
        Exception? unexpected = null;
        try
        {
            (healthy, detail, silent) = await AskAsync(target, cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            // Catches all exceptions of a probe: an endpoint must not gain anything by provoking one.
            (healthy, detail, silent, unexpected) = (false, $"the probe failed: {e.GetType().Name}", false, e);
        }

        return new ProbeResult
        {
            Healthy = healthy,
            Detail = target.IsDeclared ? healthy ? "healthy" : "unhealthy" : detail[..Math.Min(detail.Length, LongestDetail)],
            Started = started,
            Completed = _time.GetElapsedTime(_origin),
            Unexpected = unexpected,
            IsSilent = silent,
        };
    }

    public void Dispose() => _http.Dispose();

    private async Task<(bool Healthy, string Detail, bool IsSilent)> AskAsync(ProbeTarget target, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(target.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var (healthy, detail) = await (target.Scheme switch
            {
                ProbeScheme.Http or ProbeScheme.Https => _http.AskAsync(target, either.Token),
                ProbeScheme.Grpc => _http.AskGrpcAsync(target, either.Token),
                ProbeScheme.Dns => DnsProbe.AskAsync(target, either.Token),
                _ => TcpProbe.AskAsync(target, either.Token),
            });
            return (healthy, detail, false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (false, $"no answer within {Durations.Format(target.Timeout)}", true);
        }
        catch (HttpRequestException e)
        {
            return (false, Describe(e.InnerException ?? e), IsSilence(e.InnerException ?? e));
        }
        catch (Exception e) when (e is SocketException or IOException or AuthenticationException or InvalidDataException)
        {
            return (false, Describe(e), IsSilence(e));
        }
    }

    /// <summary>The socket's error code if there is one: it is the same on every machine and contains no address.</summary>
    private static string Describe(Exception e) => (e.InnerException ?? e, e) switch
    {
        (SocketException socket, _) => Words(socket.SocketErrorCode),
        (_, AuthenticationException tls) => tls.Message,
        _ => e.Message,
    };

    /// <summary>True if there was no reaction from the endpoint's address; a refusal or a reset is one.</summary>
    private static bool IsSilence(Exception e) => (e.InnerException ?? e) is SocketException
    {
        SocketErrorCode: SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.TimedOut,
    };

    private static string Words(SocketError error) => error switch
    {
        SocketError.ConnectionRefused => "connection refused",
        SocketError.ConnectionReset => "connection reset",
        SocketError.HostUnreachable or SocketError.NetworkUnreachable => "no route",
        SocketError.TimedOut => "connection timed out",
        _ => error.ToString(),
    };
}

/// <summary>Opens and closes a connection.</summary>
internal static class TcpProbe
{
    public static async Task<(bool Healthy, string Detail)> AskAsync(ProbeTarget target, CancellationToken cancellationToken)
    {
        using var socket = new Socket(target.Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(target.Address, cancellationToken);
        return (true, "connected");
    }
}
