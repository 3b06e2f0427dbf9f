using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace PlatformGitOps.Controller.Hosting;

/// <summary>The status of an instance.</summary>
internal interface IStatus
{
    /// <summary>The name of a stuck loop; null if none is stuck.</summary>
    string? Stuck { get; }

    /// <summary>True if the instance can do its work.</summary>
    bool IsSynced { get; }

    bool IsLeading { get; }

    /// <summary>The metrics in Prometheus' text format.</summary>
    string WriteMetrics();
}

/// <summary>
/// <c>/metrics</c>, <c>/healthz</c> (no loop is stuck) and <c>/readyz</c> (the caches are filled; a standby is ready too).
/// </summary>
internal sealed class StatusServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private StatusServer(WebApplication app) => _app = app;

    /// <summary>Its address; with port 0 the system selects the port.</summary>
    public Uri Address => new(_app.Urls.First().Replace("[::]", "127.0.0.1"));

    public static async Task<StatusServer> StartAsync(IStatus host, int port, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options =>
        {
            options.AddServerHeader = false;
            options.Limits.MaxRequestBodySize = 0;
            options.Limits.MaxConcurrentConnections = 256;
            // Idle connections must not block the kubelet.
            options.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(10);
            options.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(5);
            options.ListenAnyIP(port);
        });
        var app = builder.Build();
        app.Run(context => AnswerAsync(context, host));
        await app.StartAsync(cancellationToken);
        return new StatusServer(app);
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private static Task AnswerAsync(HttpContext context, IStatus host)
    {
        var (status, text) = context.Request.Path.Value switch
        {
            "/metrics" => (200, host.WriteMetrics()),
            "/healthz" => host.Stuck is { } stuck ? (503, $"{stuck} is stuck\n") : (200, "ok\n"),
            "/readyz" =>
                host.IsSynced ? (200, host.IsLeading ? "ok, leading\n" : "ok, standby\n") : (503, "the caches are not filled yet\n"),
            _ => (404, "not found: use /metrics, /healthz or /readyz\n"),
        };
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        return context.Response.WriteAsync(text, context.RequestAborted);
    }
}
