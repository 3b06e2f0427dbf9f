using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using PlatformGitOps.Generator.Emission;

namespace PlatformGitOps.Acceptance.Delivery;

/// <summary>
/// A Git repository for each cluster, served by this process over HTTP at an address that the cluster's pods can reach. git http-backend
/// answers, so nothing needs to be installed in the cluster; Flux does not support git's dumb HTTP protocol. The same server receives
/// Flux's notifications.
/// </summary>
public sealed class GitServer : ITreeServer
{
    private static readonly ReachableServers<GitServer> Servers = new(Start);

    private const string Branch = "main";

    private const string Notices = "/notices/";

    private readonly WebApplication web;
    private readonly string folder;
    private readonly ConcurrentQueue<Notice> notices;
    private readonly SemaphoreSlim making = new(1);
    private readonly Dictionary<TreeSigner, CommitSigner> signers = [];

    private GitServer(WebApplication web, string folder, ConcurrentQueue<Notice> notices) =>
        (this.web, this.folder, this.notices) = (web, folder, notices);

    /// <summary>The requests to <see cref="NoticesUrl"/>, the oldest first.</summary>
    public IReadOnlyList<Notice> Received => [.. notices];

    public static Task<GitServer> For(KubernetesApi api, CancellationToken cancellationToken) => Servers.For(api, cancellationToken);

    /// <summary>Stops the servers of this run.</summary>
    public static ValueTask Stop() => Servers.DisposeAsync();

    /// <param name="address">This machine's address in the clusters' network.</param>
    /// <param name="folder">The folder of the repositories.</param>
    public static async Task<GitServer> Start(IPAddress address, string folder, CancellationToken cancellationToken)
    {
        var root = Directory.CreateDirectory(Path.Combine(folder, "git")).FullName;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(new ProgressLog()).SetMinimumLevel(LogLevel.Error);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(address, 0));
        var web = builder.Build();
        var notices = new ConcurrentQueue<Notice>();
        web.Run(context => context.Request.Path.StartsWithSegments(Notices.TrimEnd('/'), out var receiver)
            ? Keep(context, receiver, notices)
            : Answer(context, root));
        await web.StartAsync(cancellationToken);
        return new GitServer(web, folder, notices);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var signer in signers.Values)
        {
            await signer.Stop(CancellationToken.None);
        }

        making.Dispose();
        await web.DisposeAsync();
    }

    public string Url(string role) => $"{web.Urls.Single()}/{role}.git";

    /// <summary>The URL to which Flux posts the events for a receiver.</summary>
    public string NoticesUrl(string receiver) => $"{web.Urls.Single()}{Notices}{receiver}";

    public SourceRepository Source(SourceRepository defined, string role) => defined with
    {
        Url = Url(role),
        Branch = Branch,
        Tag = null,
        SecretName = null,
        CertificateSecret = null,
        ProxySecret = null,
        // The suite signs a branch's commits.
        Verify = defined.Verify is { } signer ? signer with { Mode = "HEAD" } : null,
    };

    public async Task<IReadOnlyList<Resource>> Secrets(SourceRepository source, CancellationToken cancellationToken)
    {
        if (source.Verify is not { SecretName: { } name })
        {
            return [];
        }

        var signer = await Signer(TreeSigner.Suite, cancellationToken);
        return [SourceSecret.Of(name.Text, "acceptance.asc", await signer!.PublicKey(cancellationToken))];
    }

    /// <summary>A signer's keys, created on first use; null for <see cref="TreeSigner.Nobody"/>.</summary>
    public async Task<CommitSigner?> Signer(TreeSigner who, CancellationToken cancellationToken)
    {
        if (who == TreeSigner.Nobody)
        {
            return null;
        }

        await making.WaitAsync(cancellationToken);
        try
        {
            if (!signers.TryGetValue(who, out var signer))
            {
                signer = await CommitSigner.Make(Path.Combine(folder, $"signer-{who}"), cancellationToken);
                signers.Add(who, signer);
            }

            return signer;
        }
        finally
        {
            making.Release();
        }
    }

    /// <summary>Commits exactly these files to the role's repository.</summary>
    /// <returns>The commit's id.</returns>
    public async Task<string> Publish(
        SourceRepository source, string role, IEnumerable<GeneratedFile> files, TreeSigner signer, CancellationToken cancellationToken)
    {
        var work = Path.Combine(folder, "git-work", role);
        var bare = Path.Combine(folder, "git", $"{role}.git");
        if (!Directory.Exists(bare))
        {
            await Git(folder, cancellationToken, "init", "--quiet", "--bare", $"--initial-branch={Branch}", bare);
            await Git(folder, cancellationToken, "clone", "--quiet", bare, work);
        }

        await Git(work, cancellationToken, "rm", "-r", "--quiet", "--ignore-unmatch", ".");
        foreach (var file in files)
        {
            var path = Path.Combine(work, file.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllTextAsync(path, file.Text, cancellationToken);
        }

        await Git(work, cancellationToken, "add", "--all");
        var by = await Signer(signer, cancellationToken);
        var commit = GitIn(
            work,
            ["-c", "user.name=acceptance", "-c", "user.email=acceptance@example.com", "-c", "commit.gpgSign=false",
                .. by is null ? [] : CommitSigner.Arguments, "commit", "--quiet", "--allow-empty", "--message=The tree under test"]);
        await (by?.WithKeys(commit) ?? commit).ExecuteBufferedAsync(cancellationToken);
        await Git(work, cancellationToken, "push", "--quiet", "origin", $"HEAD:{Branch}");
        return (await Git(work, cancellationToken, "rev-parse", "HEAD")).StandardOutput.Trim();
    }

    private static CommandTask<BufferedCommandResult> Git(string where, CancellationToken cancellationToken, params string[] arguments) =>
        GitIn(where, arguments).ExecuteBufferedAsync(cancellationToken);

    private static Command GitIn(string where, IReadOnlyList<string> arguments) =>
        Cli.Wrap("git").WithArguments(arguments).WithWorkingDirectory(where);

    private static async Task Keep(HttpContext context, PathString receiver, ConcurrentQueue<Notice> notices)
    {
        using var body = new StreamReader(context.Request.Body);
        var text = await body.ReadToEndAsync(context.RequestAborted);
        notices.Enqueue(new Notice(receiver.Value!.Trim('/'), text));
    }

    /// <summary>
    /// Passes one request to git http-backend (CGI, RFC 3875); ASP.NET answers an exception with 500, logs it, and closes the response.
    /// </summary>
    private static async Task Answer(HttpContext context, string root)
    {
        var request = context.Request;
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, context.RequestAborted);
        body.Position = 0;
        using var answer = new MemoryStream();
        await Cli.Wrap("git").WithArguments("http-backend")
            .WithEnvironmentVariables(new Dictionary<string, string?>
            {
                ["GIT_PROJECT_ROOT"] = root,
                ["GIT_HTTP_EXPORT_ALL"] = "1",
                ["PATH_INFO"] = request.Path,
                ["QUERY_STRING"] = request.QueryString.Value?.TrimStart('?'),
                ["REQUEST_METHOD"] = request.Method,
                ["CONTENT_TYPE"] = request.ContentType ?? "",
                ["CONTENT_LENGTH"] = body.Length.ToString(CultureInfo.InvariantCulture),
                ["HTTP_CONTENT_ENCODING"] = request.Headers.ContentEncoding,
                ["GIT_PROTOCOL"] = request.Headers["Git-Protocol"],
            })
            .WithStandardInputPipe(PipeSource.FromStream(body))
            .WithStandardOutputPipe(PipeTarget.ToStream(answer))
            .ExecuteBufferedAsync(context.RequestAborted);
        await Send(context.Response, answer.ToArray(), context.RequestAborted);
    }

    private static async Task Send(HttpResponse response, byte[] answer, CancellationToken cancellationToken)
    {
        var end = answer.AsSpan().IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            throw new InvalidDataException($"git http-backend wrote {answer.Length} bytes without the end of a header");
        }

        foreach (var line in System.Text.Encoding.ASCII.GetString(answer, 0, end).Split("\r\n"))
        {
            switch (line.Split(':', 2, StringSplitOptions.TrimEntries))
            {
                case ["Status", var status]:
                    response.StatusCode = int.Parse(status.Split(' ')[0], CultureInfo.InvariantCulture);
                    break;
                case ["Content-Type", var type]:
                    response.ContentType = type;
                    break;
            }
        }

        await response.Body.WriteAsync(answer.AsMemory(end + 4), cancellationToken);
    }

    /// <summary>Writes errors during Flux's fetches to the run's console.</summary>
    private sealed class ProgressLog : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            TestContext.Progress.WriteLine($"git server: {formatter(state, exception)} {exception?.Message}");

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public void Dispose()
        {
        }
    }
}

/// <summary>An event posted by notification-controller.</summary>
/// <param name="Receiver">The name that the definition gives the receiver.</param>
/// <param name="Body">JSON.</param>
public sealed record Notice(string Receiver, string Body);
