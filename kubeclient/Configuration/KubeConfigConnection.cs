using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using PlatformGitOps.KubeClient.Credentials;

namespace PlatformGitOps.KubeClient.Configuration;

/// <summary>Turns a context of a kubeconfig into a connection.</summary>
public static class KubeConfigConnection
{
    public static ClusterConnection Connect(this KubeConfig config, TimeProvider time, string? context = null)
    {
        var name = context ?? config.CurrentContext ?? throw new KubeConfigException("the kubeconfig has no current-context");
        var chosen = config.Find("contexts", name)
            ?? throw new KubeConfigException($"no context '{name}'; there are: {string.Join(", ", config.Contexts)}");
        var cluster = Find(config, "clusters", chosen.Text("cluster"), name);
        var user = chosen.Text("user") is { } userName ? Find(config, "users", userName, name) : (KubeConfigNode?)null;
        var server = cluster.Text("server") ?? throw new KubeConfigException($"the cluster of context '{name}' has no server");

        return new ClusterConnection
        {
            Server = Absolute(server, "server"),
            Namespace = chosen.Text("namespace") ?? "default",
            CertificateAuthorities = Authorities(cluster),
            SkipTlsVerification = cluster.Flag("insecure-skip-tls-verify"),
            TlsServerName = cluster.Text("tls-server-name"),
            Proxy = cluster.Text("proxy-url") is { } proxy ? Absolute(proxy, "proxy-url") : null,
            Credentials = user is { } u ? Credentials(u, time) : new FixedCredential(Credential.None),
        };
    }

    private static KubeConfigNode Find(KubeConfig config, string kind, string? name, string context) =>
        (name is null ? null : config.Find(kind, name))
        ?? throw new KubeConfigException($"context '{context}' names '{name}', which is not in {kind}");

    private static Uri Absolute(string text, string key) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) ? uri : throw new KubeConfigException($"{key} '{text}' is no URL");

    private static X509Certificate2Collection Authorities(KubeConfigNode cluster)
    {
        var authorities = new X509Certificate2Collection();
        if (Pem(cluster, "certificate-authority") is { } pem)
        {
            authorities.ImportFromPem(pem);
        }

        return authorities;
    }

    private static ICredentialSource Credentials(KubeConfigNode user, TimeProvider time)
    {
        if (user.Child("exec") is { } exec)
        {
            return new ExecCredential(Plugin(exec), time);
        }

        // As in client-go, a token file wins over a token: only the file can be rotated.
        return user.PathText("tokenFile") is { } file
            ? new TokenFileCredential(file, time)
            : new FixedCredential(new Credential(user.Text("token"), Certificate(user)));
    }

    private static X509Certificate2? Certificate(KubeConfigNode user)
    {
        if (Pem(user, "client-certificate") is not { } certificate || Pem(user, "client-key") is not { } key)
        {
            return null;
        }

        try
        {
            return X509Certificate2.CreateFromPem(certificate, key);
        }
        catch (CryptographicException e)
        {
            throw new KubeConfigException($"the client certificate cannot be used: {e.Message}");
        }
    }

    /// <summary>The value of <c>key-data</c> (base64) or of the file that <c>key</c> names; the data wins, as in client-go.</summary>
    private static string? Pem(KubeConfigNode node, string key)
    {
        if (node.Text($"{key}-data") is { } data)
        {
            var buffer = new byte[data.Length];
            return Convert.TryFromBase64String(data, buffer, out var length)
                ? Encoding.UTF8.GetString(buffer, 0, length)
                : throw new KubeConfigException($"{key}-data is not base64");
        }

        if (node.PathText(key) is not { } path)
        {
            return null;
        }

        return File.Exists(path) ? File.ReadAllText(path) : throw new KubeConfigException($"{key} names {path}, which does not exist");
    }

    private static ExecPlugin Plugin(KubeConfigNode exec) => new()
    {
        ApiVersion = exec.Text("apiVersion") ?? "client.authentication.k8s.io/v1",
        Command = Command(exec),
        Arguments = exec.Texts("args"),
        Environment = [.. exec.Items("env").Select(e => KeyValuePair.Create(e.Text("name") ?? "", e.Text("value") ?? ""))],
        InstallHint = exec.Text("installHint"),
    };

    /// <summary>A command with a slash is relative to the kubeconfig; without one it is looked up in PATH (client-go, exec.go).</summary>
    private static string Command(KubeConfigNode exec)
    {
        var command = exec.Text("command") ?? throw new KubeConfigException("an exec section has no command");
        return command.Contains('/') ? Path.GetFullPath(command, exec.Folder) : command;
    }
}
