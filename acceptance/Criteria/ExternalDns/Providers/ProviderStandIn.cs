using System.Collections.Immutable;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace PlatformGitOps.Acceptance.Criteria.ExternalDns.Providers;

/// <summary>
/// The API of a DNS provider on the loopback address, as far as External-DNS uses it, with one zone. The zone has records without an owner
/// and of another owner.
/// </summary>
internal abstract class ProviderStandIn : IAsyncDisposable
{
    public const string Zone = ZoneServer.Zone;

    /// <summary>The initial records of the zone.</summary>
    protected static readonly ImmutableArray<HeldRecord> Foreign =
    [
        new($"foreign.{Zone}", "A", [ZoneServer.ForeignAddress], ZoneServer.ForeignTtl),
        new($"owned.{Zone}", "A", [ZoneServer.OwnedAddress], ZoneServer.ForeignTtl),
        new($"a-owned.{Zone}", "TXT", ["\"heritage=external-dns,external-dns/owner=other,external-dns/resource=service/default/x\""],
            ZoneServer.ForeignTtl),
    ];

    private readonly Lock changing = new();
    private WebApplication? web;

    /// <summary>The definition's word for the provider.</summary>
    public abstract string Provider { get; }

    /// <summary>The provider's own keys of an instance, in flow style.</summary>
    public abstract string Keys { get; }

    /// <summary>The keys of the Secret with values that the stand-in accepts.</summary>
    public abstract IReadOnlyDictionary<string, string> Secret { get; }

    /// <summary>The environment variables that point the program to the stand-in.</summary>
    public abstract IReadOnlyDictionary<string, string> Endpoint { get; }

    /// <summary>The TTL that the provider stores for a requested one.</summary>
    public virtual int Kept(int ttl) => ttl;

    /// <summary>All records of the zone.</summary>
    public IReadOnlyList<HeldRecord> Records
    {
        get
        {
            lock (changing)
            {
                return [.. Held];
            }
        }
    }

    /// <summary>The number of requests that changed the zone.</summary>
    public int Changes { get; private set; }

    /// <summary>The number of requests with wrong credentials.</summary>
    public int Unknown { get; private set; }

    /// <summary>The changes that the API refused, with reasons.</summary>
    public ImmutableList<string> Refused { get; private set; } = [];

    private int Asked { get; set; }

    protected abstract IEnumerable<HeldRecord> Held { get; }

    protected string Url => web!.Urls.Single();

    public static ProviderStandIn Of(string provider) => provider switch
    {
        "aws" => new Route53StandIn(),
        "cloudflare" => new CloudflareStandIn(),
        _ => new WebhookStandIn(),
    };

    public async Task Start(CancellationToken cancellationToken)
    {
        web = await LocalWeb.Start($"{IPAddress.Loopback}", 0, async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            var body = await reader.ReadToEndAsync(context.RequestAborted);
            var answer = Answered(context.Request, body);
            context.Response.StatusCode = answer.Status;
            context.Response.ContentType = answer.Type;
            // A 204 answer has no body.
            if (answer.Status != StatusCodes.Status204NoContent)
            {
                await context.Response.WriteAsync(answer.Body, context.RequestAborted);
            }
        }, cancellationToken);
    }

    /// <summary>Waits for the first request; skips the test if the program was built without the provider.</summary>
    public async Task IsAskedBy(RunningInstance instance, CancellationToken cancellationToken)
    {
        if (await Eventually.Within(TimeSpan.FromSeconds(60), _ =>
            {
                var absent = instance.Program.Output.Contains(RunningInstance.UnknownProvider);
                (absent || Asked > 0).ShouldBeTrue($"it printed: {instance.Program.Output}");
                return Task.FromResult(absent);
            }, "the program asks the provider", cancellationToken))
        {
            instance.Dispose();
            Assert.Ignore($"this External-DNS was built without the provider {Provider}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (web is not null)
        {
            await web.DisposeAsync();
        }
    }

    /// <summary>True if the request has the credentials of <see cref="Secret"/>.</summary>
    protected abstract bool Knows(HttpRequest request, string body);

    protected abstract StandInAnswer Refusal { get; }

    /// <summary>Called for one request at a time.</summary>
    protected abstract StandInAnswer Answer(HttpRequest request, string body);

    protected void Changed() => Changes++;

    protected void Refuse(string why) => Refused = Refused.Add(why);

    private StandInAnswer Answered(HttpRequest request, string body)
    {
        lock (changing)
        {
            Asked++;
            if (Knows(request, body))
            {
                return Answer(request, body);
            }

            Unknown++;
            return Refusal;
        }
    }
}

/// <summary>A stand-in's answer.</summary>
internal sealed record StandInAnswer(int Status, string Type, string Body);

/// <summary>A record of a stand-in.</summary>
/// <param name="Name">Without a trailing dot.</param>
/// <param name="Routing">Route 53's routing elements: SetIdentifier, Weight, and so on.</param>
internal sealed record HeldRecord(
    string Name, string Type, ImmutableArray<string> Values, int Ttl, ImmutableSortedDictionary<string, string>? Routing = null);
