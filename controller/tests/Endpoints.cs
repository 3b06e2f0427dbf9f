using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace PlatformGitOps.Controller.Tests;

/// <summary>HTTP servers on loopback addresses from 127.0.0.11, all on one port, each with its own behaviour.</summary>
internal sealed class Endpoints : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, RequestDelegate> _behaviours = new();
    private readonly ConcurrentDictionary<string, int> _asked = new();
    private WebApplication? _app;

    public int Port { get; private set; }

    public static IPAddress Address(int index) => new([127, 0, 0, (byte)(11 + index)]);

    public static async Task<Endpoints> StartAsync(int count)
    {
        var endpoints = new Endpoints { Port = FreePort() };
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options =>
        {
            for (var i = 0; i < count; i++)
            {
                options.Listen(Address(i), endpoints.Port);
            }
        });
        var app = builder.Build();
        app.Run(endpoints.AnswerAsync);
        await app.StartAsync();
        endpoints._app = app;
        return endpoints;
    }

    public int Asked(int index) => _asked.GetValueOrDefault(Address(index).ToString());

    public void Behave(int index, RequestDelegate behaviour) => _behaviours[Address(index).ToString()] = behaviour;

    public void Fail(int index) => Behave(index, context =>
    {
        context.Response.StatusCode = 503;
        return Task.CompletedTask;
    });

    public void Recover(int index) => _behaviours.TryRemove(Address(index).ToString(), out _);

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            using var now = new CancellationTokenSource();
            await now.CancelAsync();
            await _app.StopAsync(now.Token);
            await _app.DisposeAsync();
        }
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(Address(0), 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private Task AnswerAsync(HttpContext context)
    {
        var at = context.Connection.LocalIpAddress!.ToString();
        _asked.AddOrUpdate(at, 1, (_, n) => n + 1);
        return _behaviours.TryGetValue(at, out var behaviour) ? behaviour(context) : Task.CompletedTask;
    }
}

/// <summary>A settable wall clock; the monotonic clock continues, as on a real machine.</summary>
internal sealed class JumpingClock : TimeProvider
{
    public TimeSpan Offset { get; set; }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Offset;
}
