using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace PlatformGitOps.Acceptance.Criteria.Live;

/// <summary>A web server of a check, on an address of this machine.</summary>
internal static class LocalWeb
{
    /// <param name="port">0 for a free one.</param>
    /// <param name="https">Its certificate; null for plain HTTP.</param>
    public static async Task<WebApplication> Start(
        string address, int port, RequestDelegate answer, CancellationToken cancellationToken, HttpsConnectionAdapterOptions? https = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Parse(address), port, listen =>
        {
            if (https is not null)
            {
                listen.Protocols = HttpProtocols.Http1;
                listen.UseHttps(https);
            }
        }));
        var web = builder.Build();
        web.Run(answer);
        await web.StartAsync(cancellationToken);
        return web;
    }
}
