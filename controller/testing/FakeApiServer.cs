using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace PlatformGitOps.Controller.Testing;

/// <summary>
/// A small API server with the behaviour that clients must handle: pages with continue tokens, watches with bookmarks, 410 after
/// compaction, conflicts, JSON patch tests, 429 with Retry-After, silence. It stores objects unchanged and validates nothing.
/// </summary>
public sealed class FakeApiServer : IAsyncDisposable
{
    private readonly X509Certificate2? _certificate;
    private readonly ApiRequests _requests;
    private WebApplication? _app;
    private int _port;

    private FakeApiServer(X509Certificate2? certificate)
    {
        _certificate = certificate;
        _requests = new ApiRequests(this);
    }

    public ObjectStore Store { get; } = new();

    /// <summary>Every request line, in order of arrival.</summary>
    public ConcurrentQueue<string> Log { get; } = new();

    /// <summary>Sees each request first; returns true if it has answered it.</summary>
    public Func<HttpContext, Task<bool>> Intercept { get; set; } = _ => Task.FromResult(false);

    /// <summary>Open watches send nothing, as behind a proxy with a lost connection.</summary>
    public bool WatchesAreSilent { get; set; }

    /// <summary>How often a watch sends a bookmark.</summary>
    public TimeSpan BookmarkEvery { get; set; } = TimeSpan.FromMilliseconds(200);

    public Uri Address => new($"{(_certificate is null ? "http" : "https")}://127.0.0.1:{_port}");

    public static async Task<FakeApiServer> StartAsync(X509Certificate2? certificate = null)
    {
        var server = new FakeApiServer(certificate);
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>Listens again on the same port, as after a restart.</summary>
    public async Task StartAgainAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options =>
        {
            options.Listen(IPAddress.Loopback, _port, listen =>
            {
                if (_certificate is not null)
                {
                    listen.UseHttps(_certificate);
                }
            });
        });
        builder.WebHost.UseKestrelHttpsConfiguration();
        var app = builder.Build();
        app.UseWebSockets();
        app.Run(_requests.HandleAsync);
        await app.StartAsync();
        _port = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;
        _app = app;
    }

    /// <summary>Stops listening and closes all connections; the stored objects stay.</summary>
    public async Task StopAsync()
    {
        if (_app is { } app)
        {
            _app = null;
            using var now = new CancellationTokenSource();
            await now.CancelAsync();
            await app.StopAsync(now.Token);
            await app.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync() => await StopAsync();
}

/// <summary>For interceptors and tests.</summary>
public static class FakeApiServerExtensions
{
    /// <summary>Answers with a Status object, the API server's form of all errors.</summary>
    public static Task WriteStatusAsync(this HttpContext context, int code, string reason, string message) =>
        ApiRequests.StatusAsync(context, code, reason, message);

    /// <summary>Checks every 20 ms and after every change of the store, until the condition holds or the token is cancelled.</summary>
    public static async Task WaitForAsync(this ObjectStore store, Func<bool> condition, CancellationToken cancellationToken)
    {
        while (!condition())
        {
            await Task.WhenAny(store.Changed, Latency.Of(TimeSpan.FromMilliseconds(20), cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }
    }
}

/// <summary>
/// The only place where tests and the benchmark wait for a time: a slow server, a retry, a measured period. Everything else waits for a
/// condition.
/// </summary>
public static class Latency
{
    public static Task Of(TimeSpan length, CancellationToken cancellationToken) => Of(length, TimeProvider.System, cancellationToken);

    public static Task Of(TimeSpan length, TimeProvider time, CancellationToken cancellationToken) =>
        Task.Delay(length, time, cancellationToken);
}
