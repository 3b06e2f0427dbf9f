using System.Security.Cryptography.X509Certificates;
using PlatformGitOps.KubeClient.Credentials;

namespace PlatformGitOps.KubeClient.Configuration;

/// <summary>The connection of a pod: address from the environment, CA and rotating token from the projected volume.</summary>
public static class InClusterConfig
{
    public const string DefaultFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

    public static bool IsAvailable(string folder = DefaultFolder) =>
        Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST") is { Length: > 0 } && File.Exists(Path.Combine(folder, "token"));

    public static ClusterConnection Load(TimeProvider time, string folder = DefaultFolder)
    {
        var host = Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST");
        var port = Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_PORT");
        if (string.IsNullOrEmpty(host) || string.IsNullOrEmpty(port))
        {
            throw new KubeConfigException("KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set: this is not a pod");
        }

        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(Path.Combine(folder, "ca.crt"));
        var namespaceFile = Path.Combine(folder, "namespace");
        var address = host.Contains(':') ? $"[{host}]" : host;

        return new ClusterConnection
        {
            Server = new Uri($"https://{address}:{port}"),
            Namespace = File.Exists(namespaceFile) ? File.ReadAllText(namespaceFile).Trim() : "default",
            CertificateAuthorities = authorities,
            Credentials = new TokenFileCredential(Path.Combine(folder, "token"), time),
        };
    }
}
