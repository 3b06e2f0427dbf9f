using System.CommandLine;

namespace PlatformGitOps.Prober.Commands;

/// <summary>Sends a GET to each URL and prints a line for each. Exit code 1 unless all answers are 2xx.</summary>
internal static class HttpCommand
{
    public static Command Create()
    {
        var urls = new Argument<Uri[]>("urls")
        {
            Description = "What to GET, in order; plain http only.",
            Arity = ArgumentArity.OneOrMore,
            CustomParser = result => [.. result.Tokens.Select(t => Uri.TryCreate(t.Value, UriKind.Absolute, out var uri)
                && uri.Scheme == Uri.UriSchemeHttp
                ? uri
                : Arguments.Refuse<Uri>(result, $"'{t.Value}' is not an http URL.")!)],
        };
        var timeout = Arguments.Milliseconds("--timeout", 5000, "How long to wait for each answer");
        var command = new Command("http", "Gets URLs and prints status and body.") { urls, timeout };
        command.SetAction((arguments, cancellationToken) =>
            RunAsync(arguments.GetRequiredValue(urls), arguments.GetValue(timeout), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(Uri[] urls, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, ConnectTimeout = timeout })
        { Timeout = timeout };
        var allWell = true;
        foreach (var url in urls)
        {
            var reply = await GetAsync(client, url, cancellationToken);
            allWell &= reply.Status is >= 200 and < 300;
            Output.Write(reply, ReplyJson.Default.HttpReply);
        }

        return allWell ? 0 : 1;
    }

    private static async Task<HttpReply> GetAsync(HttpClient client, Uri url, CancellationToken cancellationToken)
    {
        var start = TimeProvider.System.GetTimestamp();
        var reply = new HttpReply { Url = url.ToString() };
        try
        {
            using var response = await client.GetAsync(url, cancellationToken);
            reply = reply with { Status = (int)response.StatusCode, Body = await response.Content.ReadAsStringAsync(cancellationToken) };
        }
        catch (HttpRequestException problem)
        {
            reply = reply with { Problem = (problem.InnerException ?? problem).Message };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            reply = reply with { Problem = "timeout" };
        }

        return reply with { Micros = (long)TimeProvider.System.GetElapsedTime(start).TotalMicroseconds };
    }
}

internal sealed record HttpReply
{
    public required string Url { get; init; }

    /// <summary>Null if there was no answer; <see cref="Problem"/> has the reason.</summary>
    public int? Status { get; init; }

    public string? Body { get; init; }

    public long Micros { get; init; }

    public string? Problem { get; init; }
}
