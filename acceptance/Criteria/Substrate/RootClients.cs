namespace PlatformGitOps.Acceptance.Criteria.Substrate;

/// <summary>Clients with one root CA each, and the old administrator's certificate.</summary>
internal sealed class RootClients(KubernetesHosts hosts)
{
    private readonly string folder = Directory.CreateDirectory(Path.Combine(hosts.Folder, "roots")).FullName;

    /// <summary>The path of the certificate and key, without extension.</summary>
    public string Admin => Path.Combine(folder, "admin");

    public async Task KeepOld(CancellationToken cancellationToken)
    {
        File.Copy(hosts.Own("admin.crt"), $"{Admin}.crt");
        File.Copy(hosts.Own("admin.key"), $"{Admin}.key");
        await Keep(1, "old", cancellationToken);
    }

    /// <summary>The second certificate in the file, until the new root signs.</summary>
    public Task KeepNew(CancellationToken cancellationToken) => Keep(2, "new", cancellationToken);

    /// <summary>Checks which clients accept the API server of a host: it reloads certificates itself.</summary>
    public Task ShouldBe(
        string step, bool old, bool @new, CancellationToken cancellationToken, string host = KubernetesHosts.ControlPlane) =>
        Eventually.Within(TimeSpan.FromSeconds(90), async token =>
        {
            (await Opens(host, "old", token)).ShouldBe(old, $"after '{step}' a client of the old root at {host}");
            (await Opens(host, "new", token)).ShouldBe(@new, $"after '{step}' a client of the new root at {host}");
        }, $"{host} shows a chain of the {(old ? "old" : "new")} root after '{step}'", cancellationToken);

    /// <summary>True if a file contains the old root.</summary>
    public async Task<bool> IsOld(string file, CancellationToken cancellationToken) =>
        (await File.ReadAllTextAsync(file, cancellationToken)).Contains(
            (await File.ReadAllTextAsync(Root("old"), cancellationToken)).Trim());

    /// <summary>The path of the file with one root: old or new.</summary>
    public string Root(string name) => Path.Combine(folder, $"{name}.crt");

    private async Task Keep(int number, string name, CancellationToken cancellationToken) =>
        (await LocalProgram.Run("sh", ["-c", $"awk -v n={number} '/BEGIN/ {{ at++ }} at == n' '{hosts.Own("ca.crt")}' >'{Root(name)}'"
            + $" && openssl x509 -noout -in '{Root(name)}'"], cancellationToken)).ShouldSucceed();

    private async Task<bool> Opens(string host, string name, CancellationToken cancellationToken) =>
        (await KubernetesHosts.Curl(cancellationToken, ["--cacert", Root(name), "--cert", $"{Admin}.crt", "--key", $"{Admin}.key",
            hosts.ApiOf(host) + KubernetesParts.Namespaces])).Status == "200";
}
