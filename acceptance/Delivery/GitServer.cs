using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using PlatformGitOps.Acceptance.Clusters;
using PlatformGitOps.Acceptance.Ports;
using PlatformGitOps.Acceptance.Resources;
using PlatformGitOps.Generator.Emission;

namespace PlatformGitOps.Acceptance.Delivery;

/// <summary>
/// A Git repository for each cluster, served over HTTP from this process at an address that the cluster's pods reach: Git's own
/// http-backend behind a listener, so that nothing has to be installed in the cluster and no forge is needed.
/// </summary>
public sealed class GitServer
{
    private static readonly SemaphoreSlim Starting = new(1);
    private static GitServer? running;

    private readonly ICommands commands;
    private readonly string folder;
    private readonly string address;

    private GitServer(ICommands commands, string folder, string address)
    {
        this.commands = commands;
        this.folder = folder;
        this.address = address;
    }

    public static async Task<GitServer> For(RunningCluster cluster, IKubernetesApi api, ICommands commands, CancellationToken cancellationToken)
    {
        await Starting.WaitAsync(cancellationToken);
        try
        {
            return running ??= Start(commands, (await RunSession.Current).Session.Folder, await AddressFor(cluster, api, cancellationToken));
        }
        finally
        {
            Starting.Release();
        }
    }

    public string Url(string role) => $"http://{address}/{role}.git";

    /// <summary>Makes these files, and no others, the newest commit of the role's repository.</summary>
    /// <returns>The commit's id.</returns>
    public async Task<string> Publish(string role, IEnumerable<GeneratedFile> files, CancellationToken cancellationToken)
    {
        var work = Path.Combine(folder, "git-work", role);
        var bare = Path.Combine(folder, "git", $"{role}.git");
        if (!Directory.Exists(bare))
        {
            await Git(folder, cancellationToken, "init", "--quiet", "--bare", "--initial-branch=main", bare);
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
        await Git(work, cancellationToken, "-c", "user.name=acceptance", "-c", "user.email=acceptance@example.com", "commit", "--quiet", "--allow-empty", "--message=The tree under test");
        await Git(work, cancellationToken, "push", "--quiet", "origin", "HEAD:main");
        return (await Git(work, cancellationToken, "rev-parse", "HEAD")).Output.Trim();
    }

    private Task<CommandResult> Git(string where, CancellationToken cancellationToken, params IReadOnlyList<string> arguments) =>
        commands.Run(new CommandLine("git", arguments) { WorkingDirectory = where }, cancellationToken);

    /// <summary>This machine's address in the network of the cluster's nodes, and a free port.</summary>
    private static async Task<string> AddressFor(RunningCluster cluster, IKubernetesApi api, CancellationToken cancellationToken)
    {
        var node = (await api.List(ResourceKind.Node, null, null, cancellationToken))[0].Parts("status.addresses")
            .First(entry => entry.Text("type") == "InternalIP").Text("address")!;
        using var route = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        await route.ConnectAsync(IPAddress.Parse(node), 53, cancellationToken); // sends nothing; the kernel chooses the source address
        using var free = new TcpListener(IPAddress.Any, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        return string.Create(CultureInfo.InvariantCulture, $"{((IPEndPoint)route.LocalEndPoint!).Address}:{port}");
    }

    private static GitServer Start(ICommands commands, string folder, string address)
    {
        Directory.CreateDirectory(Path.Combine(folder, "git"));
        var listener = new HttpListener();
        listener.Prefixes.Add($"http://{address}/");
        listener.Start();
        _ = Serve(listener, Path.Combine(folder, "git"));
        return new GitServer(commands, folder, address);
    }

    private static async Task Serve(HttpListener listener, string root)
    {
        while (listener.IsListening)
        {
            var context = await listener.GetContextAsync();
            _ = Answer(context, root);
        }
    }

    /// <summary>One request through git http-backend (CGI, RFC 3875).</summary>
    private static async Task Answer(HttpListenerContext context, string root)
    {
        var request = context.Request;
        using var body = new MemoryStream();
        await request.InputStream.CopyToAsync(body);
        var start = new ProcessStartInfo("git", "http-backend") { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment["GIT_PROJECT_ROOT"] = root;
        start.Environment["GIT_HTTP_EXPORT_ALL"] = "1";
        start.Environment["PATH_INFO"] = request.Url!.AbsolutePath;
        start.Environment["QUERY_STRING"] = request.Url.Query.TrimStart('?');
        start.Environment["REQUEST_METHOD"] = request.HttpMethod;
        start.Environment["CONTENT_TYPE"] = request.ContentType ?? "";
        start.Environment["CONTENT_LENGTH"] = body.Length.ToString(CultureInfo.InvariantCulture);
        start.Environment["HTTP_CONTENT_ENCODING"] = request.Headers["Content-Encoding"] ?? "";
        start.Environment["GIT_PROTOCOL"] = request.Headers["Git-Protocol"] ?? "";
        using var git = Process.Start(start)!;
        body.Position = 0;
        await body.CopyToAsync(git.StandardInput.BaseStream);
        git.StandardInput.Close();
        using var answer = new MemoryStream();
        await git.StandardOutput.BaseStream.CopyToAsync(answer);
        await git.WaitForExitAsync();
        Send(context.Response, answer.ToArray());
    }

    private static void Send(HttpListenerResponse response, byte[] answer)
    {
        var end = answer.AsSpan().IndexOf("\r\n\r\n"u8);
        foreach (var line in System.Text.Encoding.ASCII.GetString(answer, 0, Math.Max(0, end)).Split("\r\n"))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var (name, value) = (line[..Math.Max(0, colon)], line[(colon + 1)..].Trim());
            if (name == "Status")
            {
                response.StatusCode = int.Parse(value.Split(' ')[0], CultureInfo.InvariantCulture);
            }
            else if (name == "Content-Type")
            {
                response.ContentType = value;
            }
        }

        response.Close(answer[(end + 4)..], willBlock: false);
    }
}
