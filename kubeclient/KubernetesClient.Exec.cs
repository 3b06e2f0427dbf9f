using System.Net;
using System.Net.WebSockets;
using System.Text;
using PlatformGitOps.KubeClient.Objects;
using PlatformGitOps.KubeClient.Pods;
using PlatformGitOps.KubeClient.Requests;

namespace PlatformGitOps.KubeClient;

public sealed partial class KubernetesClient
{
    private const byte OutputChannel = 1;
    private const byte ErrorsChannel = 2;
    private const byte StatusChannel = 3;

    /// <summary>
    /// Runs a command in a container over a web socket (KEP-4006). v5 is asked for first; servers before 1.29 take v4, which
    /// differs only in how standard input is closed, and none is sent here.
    /// </summary>
    public async Task<ExecResult> ExecAsync(
        ObjectName pod, string? container, IReadOnlyList<string> command, CancellationToken cancellationToken)
    {
        var query = new QueryText().Add("stdout", "1").Add("stderr", "1").Add("container", container);
        foreach (var word in command)
        {
            query.Add("command", word);
        }

        var path = Resources.Pods.Path(pod.Namespace, pod.Name, "exec");
        using var socket = await ConnectAsync(path, query.ToString(), cancellationToken);
        using var output = new MemoryStream();
        using var errors = new MemoryStream();
        using var status = new MemoryStream();
        await foreach (var (channel, data) in ReceiveAsync(socket, cancellationToken))
        {
            var target = channel switch { OutputChannel => output, ErrorsChannel => errors, StatusChannel => status, _ => Stream.Null };
            target.Write(data.Span);
            if (channel == StatusChannel)
            {
                break;
            }
        }

        return new ExecResult
        {
            Output = Encoding.UTF8.GetString(output.ToArray()),
            Errors = Encoding.UTF8.GetString(errors.ToArray()),
            ExitCode = ExecStatus.ExitCode(status.ToArray()),
        };
    }

    private static async IAsyncEnumerable<(byte Channel, ReadOnlyMemory<byte> Data)> ReceiveAsync(
        WebSocket socket, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var buffer = new byte[16 * 1024];
        using var message = new MemoryStream();
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer, cancellationToken);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                yield break;
            }

            message.Write(buffer, 0, part.Count);
            if (!part.EndOfMessage)
            {
                continue;
            }

            if (message.Length > 0)
            {
                var bytes = message.ToArray();
                yield return (bytes[0], bytes.AsMemory(1));
            }

            message.SetLength(0);
        }
    }

    private async Task<WebSocket> ConnectAsync(string path, string query, CancellationToken cancellationToken)
    {
        for (var refresh = false; ; refresh = true)
        {
            var socket = new ClientWebSocket();
            socket.Options.AddSubProtocol("v5.channel.k8s.io");
            socket.Options.AddSubProtocol("v4.channel.k8s.io");
            socket.Options.CollectHttpResponseDetails = true;
            var credential = await _transport.CredentialAsync(refresh, cancellationToken);
            if (credential.BearerToken is { } token)
            {
                socket.Options.SetRequestHeader("Authorization", $"Bearer {token}");
            }

            var address = new UriBuilder(_transport.Address(path + query));
            address.Scheme = address.Scheme == Uri.UriSchemeHttps ? Uri.UriSchemeWss : Uri.UriSchemeWs;
            try
            {
                await socket.ConnectAsync(address.Uri, _transport.Invoker, cancellationToken);
                return socket;
            }
            catch (WebSocketException e)
            {
                var status = socket.HttpStatusCode;
                socket.Dispose();
                if (status == HttpStatusCode.Unauthorized && !refresh)
                {
                    continue;
                }

                // The query holds the command, which may hold a secret: only the path is told.
                throw new ApiException(
                    status == 0 ? HttpStatusCode.BadGateway : status, "NoWebSocket", $"GET {path}: {(int)status} {e.Message}");
            }
        }
    }
}
