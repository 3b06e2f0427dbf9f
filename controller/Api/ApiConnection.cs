using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using k8s;
using k8s.Authentication;
using k8s.Exceptions;
using k8s.KubeConfigModels;
using YamlDotNet.Core;

namespace PlatformGitOps.Controller.Api;

/// <summary>
/// The connection to the API server: the package reads kubeconfig, exec plugins and the pod's account. This class does three things that
/// the package (21.0.8) does unsafely: with a private CA it does not check the name in the server's certificate, it ignores impersonation,
/// and it compares names of contexts without case.
/// </summary>
internal sealed class ApiConnection
{
    public required KubernetesClientConfiguration Configuration { get; init; }

    /// <summary>The trusted root certificates; empty means the machine's own.</summary>
    public X509Certificate2Collection Authorities { get; init; } = [];

    /// <summary>The time limit of a request with its answer, except for watches.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>The time limit of a new connection, including TLS.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The namespace of the context, or of the pod.</summary>
    public string Namespace => Configuration.Namespace?.Trim() is { Length: > 0 } ns ? ns : "default";

    public Uri Server => new(Configuration.Host);

    /// <summary>From the given file or context, else from the pod's account, else from the user's kubeconfig.</summary>
    public static ApiConnection Load(TimeProvider time, string? kubeconfig, string? context) =>
        kubeconfig is null && context is null && KubernetesClientConfiguration.IsInCluster()
            ? InCluster(time)
            : FromFiles(kubeconfig is null ? DefaultFiles() : [kubeconfig], context);

    public static ApiConnection FromFiles(IReadOnlyList<string> files, string? context)
    {
        var config = Merged(files);
        var name = context ?? config.CurrentContext
            ?? throw new KubeConfigException($"{files[0]}: current-context is not set. Pass --context.");
        var chosen = config.Contexts?.FirstOrDefault(item => item.Name == name) ?? throw new KubeConfigException(
            $"{files[0]}: context '{name}' does not exist. "
            + $"Contexts: {string.Join(", ", config.Contexts?.Select(item => item.Name) ?? [])}.");
        var cluster = config.Clusters?.FirstOrDefault(item => item.Name == chosen.ContextDetails?.Cluster)
            ?? throw new KubeConfigException(
                $"{files[0]}: context '{name}' names cluster '{chosen.ContextDetails?.Cluster}', which does not exist.");
        var user = config.Users?.FirstOrDefault(item => item.Name == chosen.ContextDetails?.User);
        if (user?.UserCredentials is { } credentials
            && (credentials.Impersonate is not null || credentials.ImpersonateGroups?.Any() == true))
        {
            throw new KubeConfigException(
                $"{files[0]}: user '{user.Name}' sets impersonation (as, as-groups), which is not supported: "
                + "requests would run with full rights.");
        }

        var authorities = Authority(cluster, config.FileName ?? files[0]);
        // The package ignores the case of names; with only one entry of each kind it cannot select a wrong one.
        (config.Contexts, config.Clusters, config.Users) = ([chosen], [cluster], user is null ? [] : [user]);
        return new ApiConnection { Configuration = Guarded(files[0], () => Built(config, name, user is null)), Authorities = authorities };
    }

    /// <summary>The package's client with this class's TLS checks, time limits and handler.</summary>
    internal Kubernetes CreateClient()
    {
        var config = Configuration;
        // The package's own check accepts any name in the certificate; see above.
        config.SslCaCerts = null;
        // ApiClient limits requests, through TimeProvider.
        config.HttpClientTimeout = Timeout.InfiniteTimeSpan;
        config.FirstMessageHandlerSetup = handler =>
        {
            handler.AllowAutoRedirect = false;
            handler.UseCookies = false;
            handler.UseProxy = false;
            handler.ConnectTimeout = ConnectTimeout;
            handler.AutomaticDecompression = DecompressionMethods.GZip;
            // Pings detect a lost peer before the next request times out.
            handler.KeepAlivePingDelay = TimeSpan.FromSeconds(5);
            handler.KeepAlivePingTimeout = TimeSpan.FromSeconds(5);
            handler.KeepAlivePingPolicy = HttpKeepAlivePingPolicy.Always;
            handler.PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1);
            if (Authorities.Count > 0 && !config.SkipTlsVerify)
            {
                handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    // Cluster CAs do not publish revocation lists.
                    RevocationMode = X509RevocationMode.NoCheck,
                };
                handler.SslOptions.CertificateChainPolicy.CustomTrustStore.AddRange(Authorities);
            }
        };
        return new Kubernetes(config, new ApiHandler(config.TokenProvider as TokenFile));
    }

    private static ApiConnection InCluster(TimeProvider time)
    {
        const string folder = "/var/run/secrets/kubernetes.io/serviceaccount";
        var config = KubernetesClientConfiguration.InClusterConfig();
        config.TokenProvider = new TokenFile(Path.Combine(folder, "token"), time);
        return new ApiConnection { Configuration = config, Authorities = config.SslCaCerts ?? [] };
    }

    private static string[] DefaultFiles() => Environment.GetEnvironmentVariable("KUBECONFIG") is { Length: > 0 } list
        ? list.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        : [KubernetesClientConfiguration.KubeConfigDefaultLocation];

    /// <summary>As in kubectl: missing files are skipped, and the first entry of a name wins.</summary>
    private static K8SConfiguration Merged(IReadOnlyList<string> files)
    {
        var configs = files.Where(File.Exists)
            .Select(file => Guarded(file, () => KubernetesClientConfiguration.LoadKubeConfig(new FileInfo(file)))).ToArray();
        if (configs.Length == 0)
        {
            throw new KubeConfigException($"no kubeconfig found: {string.Join(", ", files)}");
        }

        var merged = configs[0];
        merged.CurrentContext = configs.Select(config => config.CurrentContext).FirstOrDefault(name => !string.IsNullOrEmpty(name));
        merged.Contexts = [.. configs.SelectMany(config => config.Contexts ?? [])];
        merged.Clusters = [.. configs.SelectMany(config => config.Clusters ?? [])];
        merged.Users = [.. configs.SelectMany(config => config.Users ?? [])];
        return merged;
    }

    private static KubernetesClientConfiguration Built(K8SConfiguration config, string context, bool isAnonymous)
    {
        if (isAnonymous)
        {
            config.Contexts.Single().ContextDetails.User = null;
        }

        return KubernetesClientConfiguration.BuildConfigFromConfigObject(config, context);
    }

    /// <summary>CA data without a certificate would fall back to the machine's roots, so it is refused.</summary>
    private static X509Certificate2Collection Authority(Cluster cluster, string file)
    {
        var endpoint = cluster.ClusterEndpoint ?? throw new KubeConfigException($"{file}: cluster '{cluster.Name}' has no settings.");
        var authorities = new X509Certificate2Collection();
        if (!string.IsNullOrEmpty(endpoint.CertificateAuthorityData))
        {
            Import("certificate-authority-data", () =>
                Encoding.UTF8.GetString(Convert.FromBase64String(endpoint.CertificateAuthorityData)));
        }
        else if (!string.IsNullOrEmpty(endpoint.CertificateAuthority))
        {
            var path = Path.GetFullPath(endpoint.CertificateAuthority, Path.GetDirectoryName(Path.GetFullPath(file)) ?? "/");
            Import($"certificate-authority {path}", () => File.ReadAllText(path));
        }

        return authorities;

        void Import(string key, Func<string> read)
        {
            Guarded(file, () =>
            {
                authorities.ImportFromPem(read());
                return authorities;
            });
            if (authorities.Count == 0)
            {
                throw new KubeConfigException($"{file}: {key} of cluster '{cluster.Name}' has no certificate.");
            }
        }
    }

    /// <summary>
    /// Catches everything that reading a kubeconfig throws. YAML errors may quote a line with a token, so only the position is reported.
    /// </summary>
    private static T Guarded<T>(string file, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (YamlException e)
        {
            throw new KubeConfigException($"{file} is not valid YAML: line {e.Start.Line}, column {e.Start.Column}.");
        }
        catch (Exception e) when (e is not KubeConfigException)
        {
            throw new KubeConfigException($"{file} cannot be used as a kubeconfig ({e.GetType().Name}).", e);
        }
    }
}

/// <summary>
/// The HTTP handler below the package. It reads each answer completely before the package sees it, because the package (21.0.8) reads
/// bodies synchronously and would block forever on a stalled one. After a 401 it reads the token again and retries once, because tokens
/// rotate.
/// </summary>
internal sealed class ApiHandler(TokenFile? tokens) : DelegatingHandler
{
    /// <summary>Marks the request of a watch, whose body is read line by line.</summary>
    public static HttpRequestOptionsKey<bool> IsStream { get; } = new("stream");

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        if (response.StatusCode == HttpStatusCode.Unauthorized && tokens is not null)
        {
            response.Dispose();
            tokens.Forget();
            request.Headers.Authorization = await tokens.GetAuthenticationHeaderAsync(cancellationToken);
            response = await base.SendAsync(request, cancellationToken);
        }

        if (!response.IsSuccessStatusCode || !request.Options.TryGetValue(IsStream, out var stream) || !stream)
        {
            await response.Content.LoadIntoBufferAsync(cancellationToken);
        }

        return response;
    }
}

/// <summary>
/// A token in a file that the kubelet renews at 80 % of its lifetime (KEP-1205): it is read every minute, and after a 401. The package's
/// own class uses the wall clock, so a clock that is set back would keep an old token.
/// </summary>
internal sealed class TokenFile(string path, TimeProvider time) : ITokenProvider
{
    private static readonly TimeSpan KeepFor = TimeSpan.FromMinutes(1);

    // One reference, so that threads see a consistent pair.
    private volatile Entry? _last;

    public async Task<AuthenticationHeaderValue> GetAuthenticationHeaderAsync(CancellationToken cancellationToken)
    {
        if (_last is { } last && time.GetElapsedTime(last.ReadAt) < KeepFor)
        {
            return last.Header;
        }

        var token = (await File.ReadAllTextAsync(path, cancellationToken)).Trim();
        var entry = new Entry(new AuthenticationHeaderValue("Bearer", token), time.GetTimestamp());
        _last = entry;
        return entry.Header;
    }

    public void Forget() => _last = null;

    private sealed class Entry(AuthenticationHeaderValue header, long readAt)
    {
        public AuthenticationHeaderValue Header { get; } = header;

        public long ReadAt { get; } = readAt;
    }
}
