using PlatformGitOps.Generator.Apps.Substrate;
using PlatformGitOps.Generator.Apps.Substrate.Kubernetes;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

/// <summary>
/// The hosts of a cluster on a substrate, on this machine: their own scripts install each below a temporary folder, with loopback addresses
/// instead of the definition's. A stand-in for systemctl starts the units' programs; etcd and the API server are real.
/// </summary>
public sealed partial class KubernetesHosts : IAsyncDisposable
{
    private const string Certificates = "k8s-generate-certs.sh";
    public static readonly IReadOnlyList<string> Programs = ["kube-apiserver", "kube-controller-manager", "kube-scheduler"];

    // Certificates are created once for the definition; they contain this process's addresses.
    private static readonly string Network = $"127.{(Environment.ProcessId % 200) + 20}.251";
    private static string? made;

    // The installed programs decide the version of Kubernetes.
    private static readonly Lazy<Task<SemVer?>> Here = new(async () => LocalProgram.Find("kube-apiserver") is { } program
        && (await LocalProgram.Run(program, ["--version"], CancellationToken.None)).StandardOutput.Trim().Split('v') is [_, var version]
        ? SemVer.Parse(version) : null);

    /// <summary>The version of the installed programs; null if there are none.</summary>
    public static Task<SemVer?> VersionHere => Here.Value;

    private readonly IReadOnlyDictionary<string, string> original;
    private readonly IReadOnlyDictionary<string, string> files;

    private KubernetesHosts(
        RenderedCluster delivery, SubstrateSettings settings, IReadOnlyDictionary<string, string> original,
        IReadOnlyDictionary<string, string> files) =>
        (Delivery, Settings, this.original, this.files) = (delivery, settings, original, files);

    /// <summary>The tree of the cluster on the hosts.</summary>
    public RenderedCluster Delivery { get; }

    public Cluster Cluster => Delivery.Definition;

    public SubstrateSettings Settings { get; }

    public KubernetesSettings Kubernetes => Settings.Kubernetes!;

    public string Folder { get; } = RunSession.NewFolder("hosts");

    public string Tree => Path.Combine(Folder, "tree");

    /// <summary>The host of etcd, and one of the control plane.</summary>
    public const string Etcd = "etcd-1";

    public const string ControlPlane = "cp-1";

    public const string Worker = "worker-1";

    public string EtcdUrl => $"https://{Address(Etcd)}:2379";

    public string Api => ApiOf(ControlPlane);

    public string ApiOf(string host) => $"https://{Address(host)}:6443";

    /// <summary>Writes the files, possibly sabotaged, without installing them. Skips the test if the machine lacks a program.</summary>
    /// <param name="adjust">Changes the definition for this check.</param>
    public static async Task<KubernetesHosts> Prepare(
        RenderedCluster tree, HostSabotage? sabotage, CancellationToken cancellationToken,
        Func<KubernetesSettings, KubernetesSettings>? adjust = null)
    {
        Need("openssl");
        var settings = tree.Definition.Substrate!;
        settings = settings with
        {
            Kubernetes = settings.Kubernetes! with { Version = await Here.Value ?? settings.Kubernetes.Version },
        };
        settings = settings with { Kubernetes = adjust?.Invoke(settings.Kubernetes) ?? settings.Kubernetes };
        var original = HostFiles.Of(tree, settings, "kubernetes");
        var files = new Dictionary<string, string>(original);
        sabotage?.Apply(files);
        var hosts = new KubernetesHosts(tree, settings, original, files);
        foreach (var host in hosts.Kubernetes.Hosts.Select(host => host.Name.Text))
        {
            Directory.CreateDirectory(hosts.Root(host));
            if (Directory.Exists(hosts.TreeOf(host)))
            {
                continue;
            }

            await HostFiles.Write(
                files.Select(file => KeyValuePair.Create(file.Key, Local(file.Value, hosts.LoopbackOf(host)))), hosts.TreeOf(host),
                cancellationToken);
        }

        await hosts.Program("systemctl", Systemctl, cancellationToken);
        return hosts;
    }

    /// <summary>Skips the test if a program is not on this machine.</summary>
    public static void Need(params string[] programs)
    {
        LocalProgram.Need(programs);
        // The unit starts it there, wherever the search path has another one.
        if (programs.Contains("etcd") && !File.Exists("/usr/bin/etcd"))
        {
            Assert.Ignore("/usr/bin/etcd is not on this machine; install Debian's package etcd-server, which has it");
        }
    }

    public string Root(string host) => Path.Combine(Folder, "hosts", host);

    /// <summary>The path on this machine of a host's file.</summary>
    public string In(string host, string path) => Root(host) + path;

    public string Address(string host) => Local(Kubernetes.Hosts.Single(entry => entry.Name.Text == host).Addresses[0].ToString());

    /// <summary>The path of a certificate or key of etcd.</summary>
    public string Tls(string name) => In(Etcd, $"/var/lib/globular/config/tls/{name}");

    /// <summary>The path of a certificate or key of the API server.</summary>
    public string Own(string name) => In(ControlPlane, $"/var/lib/kubernetes/pki/{name}");

    /// <summary>The path of a certificate or key of a CA, on the host that creates them.</summary>
    public string Pki(string name) => In(Etcd, $"/var/lib/globular/pki/{name}");

    /// <summary>Runs a script for a host.</summary>
    public Task<BufferedCommandResult> Script(
        string script, string host, CancellationToken cancellationToken, params string[] arguments) =>
        LocalProgram.Run("sh", Words(script, host, arguments), cancellationToken, Variables(host));

    /// <summary>The same; the script must succeed.</summary>
    public async Task Succeeds(string script, string host, CancellationToken cancellationToken, params string[] arguments) =>
        (await Script(script, host, cancellationToken, arguments)).ShouldSucceed();

    /// <summary>Runs a script for a host, with more environment variables.</summary>
    public Task<BufferedCommandResult> Script(
        string script, string host, IReadOnlyDictionary<string, string?> variables, CancellationToken cancellationToken,
        params string[] arguments) =>
        LocalProgram.Run("sh", Words(script, host, arguments), cancellationToken,
            new Dictionary<string, string?>(Variables(host).Concat(variables)));

    /// <summary>Runs a script for a host without starting services.</summary>
    public Task<BufferedCommandResult> Rehearse(
        string script, string host, CancellationToken cancellationToken, params string[] arguments) =>
        LocalProgram.Run("sh", Words(script, host, arguments), cancellationToken, new Dictionary<string, string?> { ["TMPDIR"] = Folder });

    private string[] Words(string script, string host, string[] arguments) =>
        [Path.Combine(TreeOf(host), "scripts", script), "--host", host, "--root", Root(host), .. arguments];

    /// <summary>Creates the certificates of the two hosts; the second one imports the CAs.</summary>
    public async Task MakeCertificates(CancellationToken cancellationToken)
    {
        if (File.Exists(Pki("ca.crt")))
        {
            return;
        }

        // If the scripts are the generated ones, the certificates of the first test are reused.
        var pristine = new[] { "scripts/" + Certificates, "scripts/k8s-lib.sh", "scripts/k8s-issue.sh" }
            .All(path => files[path] == original[path]);
        if (pristine && made is not null)
        {
            await Copy(made, Path.Combine(Folder, "hosts"), cancellationToken);
            return;
        }

        await Succeeds(Certificates, Etcd, cancellationToken);
        await BringCas(Etcd, ControlPlane, cancellationToken);
        await Succeeds(Certificates, ControlPlane, cancellationToken);
        if (pristine)
        {
            var kept = RunSession.NewFolder("made");
            await Copy(Path.Combine(Folder, "hosts"), kept, cancellationToken);
            made = kept;
        }
    }

    /// <summary>Copies the CAs from one host to another, with the exported file.</summary>
    public async Task BringCas(string from, string to, CancellationToken cancellationToken)
    {
        var bundle = Path.Combine(Folder, "cas");
        await Succeeds(Certificates, from, cancellationToken, "--export", bundle);
        await Succeeds(Certificates, to, cancellationToken, "--import", bundle);
    }

    /// <summary>Installs the host of etcd, and waits until it is healthy.</summary>
    public async Task StartEtcd(CancellationToken cancellationToken)
    {
        Need("etcd", "etcdctl", "curl");
        await MakeCertificates(cancellationToken);
        await Succeeds("k8s-install.sh", Etcd, cancellationToken);
    }

    /// <summary>Installs both hosts, and waits until they are healthy.</summary>
    public async Task StartControlPlane(CancellationToken cancellationToken)
    {
        Need([.. Programs]);
        await StartEtcd(cancellationToken);
        await InstallControlPlane(ControlPlane, cancellationToken);
    }

    /// <summary>Installs another control plane of the definition, with the CAs of the first host.</summary>
    public async Task AddControlPlane(string host, CancellationToken cancellationToken)
    {
        await BringCas(Etcd, host, cancellationToken);
        await InstallControlPlane(host, cancellationToken);
    }

    private async Task InstallControlPlane(string host, CancellationToken cancellationToken)
    {
        foreach (var program in Programs)
        {
            Place(host, program, LocalProgram.Find(program)!);
        }

        await Succeeds("k8s-install.sh", host, cancellationToken);
    }

    /// <summary>Links a program into a host.</summary>
    public void Place(string host, string name, string file)
    {
        Directory.CreateDirectory(In(host, "/usr/local/bin"));
        File.CreateSymbolicLink(In(host, $"/usr/local/bin/{name}"), file);
    }

    /// <summary>Writes an executable shell script into the test's folder.</summary>
    public async Task<string> Program(string name, string text, CancellationToken cancellationToken)
    {
        var file = Path.Combine(Folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllTextAsync(file, text, cancellationToken);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return file;
    }

    /// <summary>Changes a variable in k8s-settings.sh.</summary>
    public async Task Set(string key, string value, CancellationToken cancellationToken)
    {
        var file = Path.Combine(Tree, "scripts", "k8s-settings.sh");
        var lines = await File.ReadAllLinesAsync(file, cancellationToken);
        lines.Count(line => line.StartsWith($"{key}='", StringComparison.Ordinal)).ShouldBe(1, key);
        await File.WriteAllLinesAsync(file, lines.Select(line => line.StartsWith($"{key}='", StringComparison.Ordinal)
            ? $"{key}='{value}'" : line), cancellationToken);
    }

    public Task<BufferedCommandResult> Etcdctl(string? certificate, CancellationToken cancellationToken, params string[] arguments) =>
        EtcdctlAt(Etcd, certificate, cancellationToken, arguments);

    /// <summary>For one member.</summary>
    public Task<BufferedCommandResult> EtcdctlAt(
        string host, string? certificate, CancellationToken cancellationToken, params string[] arguments) =>
        LocalProgram.Run("etcdctl",
            [$"--endpoints=https://{Address(host)}:2379", $"--cacert={Pki("etcd-ca.crt")}", "--dial-timeout=2s", "--command-timeout=5s",
                .. certificate is null ? Array.Empty<string>() : [$"--cert={certificate}.crt", $"--key={certificate}.key"], .. arguments],
            cancellationToken, new Dictionary<string, string?> { ["ETCDCTL_API"] = "3" });

    /// <summary>Status and body of a request to the API server.</summary>
    /// <param name="certificate">The path of a certificate and key without extension; null for none.</param>
    public Task<(string Status, string Body)> Ask(
        string? certificate, string path, CancellationToken cancellationToken, params string[] arguments) =>
        Curl(cancellationToken, ["--cacert", Own("ca.crt"),
            .. certificate is null ? Array.Empty<string>() : ["--cert", $"{certificate}.crt", "--key", $"{certificate}.key"],
            .. arguments, Api + path]);

    /// <summary>Status and body of a request.</summary>
    public static async Task<(string Status, string Body)> Curl(CancellationToken cancellationToken, params string[] arguments)
    {
        var result = await LocalProgram.Run("curl", ["-s", "--max-time", "20", "-w", "\n%{http_code}", .. arguments], cancellationToken);
        var end = result.StandardOutput.LastIndexOf('\n');
        return (result.StandardOutput[(end + 1)..], result.StandardOutput[..end]);
    }

    /// <summary>Deletes the certificates that tests share.</summary>
    public static void Forget()
    {
        if (Interlocked.Exchange(ref made, null) is { } folder)
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in Kubernetes.Hosts.Select(host => host.Name.Text).Where(host => Directory.Exists(State(host))))
        {
            foreach (var pid in Directory.GetFiles(State(host), "*.pid"))
            {
                await Service(host, "kill", Path.GetFileNameWithoutExtension(pid), CancellationToken.None);
            }
        }

        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>The text with this machine's addresses.</summary>
    private static string Local(string text, int loopback = 9) => text.Replace("192.168.10.", Network + ".")
        .Replace("127.0.0.1", $"{Network}.{loopback}");

    /// <summary>The host's own loopback address, instead of 127.0.0.1.</summary>
    public string Loopback(string host) => $"{Network}.{LoopbackOf(host)}";

    /// <summary>The tree with the host's own loopback address, because several control planes listen on this machine.</summary>
    private string TreeOf(string host) => LoopbackOf(host) == 9 ? Tree : $"{Tree}-{host}";

    private int LoopbackOf(string host) =>
        9 - Math.Max(0, Kubernetes.ControlPlanes.Select(entry => entry.Name.Text).ToList().IndexOf(host));

    private static async Task Copy(string from, string to, CancellationToken cancellationToken) =>
        (await LocalProgram.Run("cp", ["-a", from + "/.", to], cancellationToken)).ShouldSucceed();
}
