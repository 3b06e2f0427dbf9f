using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using PlatformGitOps.Acceptance.Ports;
using PlatformGitOps.Acceptance.Resources;

namespace PlatformGitOps.Acceptance.Adapters;

/// <summary>The part of a kubeconfig that reaches an API server: address, its authority, and a certificate or a token.</summary>
public static class KubeConfigFile
{
    public static HttpClient Connect(KubeContext context)
    {
        var file = YamlDocuments.Resources(File.ReadAllText(context.ConfigFile))[0];
        var folder = Path.GetDirectoryName(Path.GetFullPath(context.ConfigFile))!;
        var chosen = Named(file, "contexts", context.Name);
        var cluster = Named(file, "clusters", chosen.Text("context.cluster")!);
        var user = Named(file, "users", chosen.Text("context.user")!);
        if (user.Part("user.exec") is not null)
        {
            throw new NotSupportedException(
                $"the context {context.Name} gets its credentials from a program; the builtin adapters read certificates and tokens only");
        }

        var handler = new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5) };
        handler.SslOptions.RemoteCertificateValidationCallback = Trust(Bytes(cluster, "cluster.certificate-authority", folder));
        if (Bytes(user, "user.client-certificate", folder) is { } certificate && Bytes(user, "user.client-key", folder) is { } key)
        {
            handler.SslOptions.ClientCertificates =
                [X509Certificate2.CreateFromPem(System.Text.Encoding.ASCII.GetString(certificate), System.Text.Encoding.ASCII.GetString(key))];
        }

        var client = new HttpClient(handler) { BaseAddress = new Uri(cluster.Text("cluster.server")!), Timeout = Timeout.InfiniteTimeSpan };
        if (user.Text("user.token") is { } token)
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        return client;
    }

    private static Resource Named(Resource file, string list, string name) =>
        file.Parts(list).FirstOrDefault(entry => entry.Text("name") == name)
        ?? throw new KeyNotFoundException($"the kubeconfig has no {name} under {list}");

    private static byte[]? Bytes(Resource entry, string path, string folder) =>
        entry.Text(path + "-data") is { } data ? Convert.FromBase64String(data)
        : entry.Text(path) is { } file ? File.ReadAllBytes(Path.Combine(folder, file))
        : null;

    private static RemoteCertificateValidationCallback? Trust(byte[]? authority)
    {
        if (authority is null)
        {
            return null;
        }

        var roots = new X509Certificate2Collection();
        roots.ImportFromPem(System.Text.Encoding.ASCII.GetString(authority));
        return (_, certificate, _, errors) =>
        {
            using var chain = new X509Chain();
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.AddRange(roots);
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            return (errors & SslPolicyErrors.RemoteCertificateNameMismatch) == 0
                && certificate is X509Certificate2 presented && chain.Build(presented);
        };
    }
}
