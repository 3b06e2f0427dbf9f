using System.Security.Cryptography.X509Certificates;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

/// <summary>
/// A worker during a replacement of CAs: the scripts write its files, and it sends its kubelet's requests to the API server with only these
/// files and the name in them.
/// </summary>
internal sealed class ReplacementWorker(KubernetesHosts hosts)
{
    private const string Host = KubernetesHosts.Worker;
    private const string Requests = "/apis/certificates.k8s.io/v1/certificatesigningrequests";
    private const string Pki = "/var/lib/kubernetes/pki";

    private readonly string itself = $"/api/v1/nodes/{Host}";
    private string? certificate;

    /// <summary>The path of its latest certificate and key, without extension.</summary>
    public string Certificate => certificate ?? throw new InvalidOperationException("the worker has no certificate yet");

    /// <summary>A new file from k8s-node.sh, and an installation with it that starts nothing.</summary>
    public async Task Join(string step, CancellationToken cancellationToken)
    {
        var file = Path.Combine(hosts.Folder, $"join-{step}");
        await hosts.Program("binaries/kubelet", $"#!/bin/sh\necho Kubernetes v{hosts.Kubernetes.Version}\n", cancellationToken);
        await hosts.Succeeds("k8s-node.sh", KubernetesHosts.ControlPlane, cancellationToken, "add", Host, "--out", file);
        (await hosts.Rehearse("k8s-install.sh", Host, cancellationToken, "--binaries", Path.Combine(hosts.Folder, "binaries"),
            "--join", file)).ShouldSucceed();
        foreach (var (name, what) in new[] { ("kubernetes-client-ca.crt", "CA"), ("ca.crt", "root CA") })
        {
            (await File.ReadAllTextAsync(hosts.In(Host, $"{Pki}/{name}"), cancellationToken)).ShouldBe(
                await File.ReadAllTextAsync(hosts.Pki(name), cancellationToken), $"the worker's {what} is not that of '{step}'");
        }
    }

    /// <summary>Requests its first certificate with the token in its file, and creates its Node.</summary>
    public async Task Bootstraps(CancellationToken cancellationToken)
    {
        var token = Regex.Match(await Config(cancellationToken), "token: (.+) }").Groups[1].Value;
        await Request("joins", ["-H", $"Authorization: Bearer {token}"], cancellationToken);
        var created = await Ask(With(Certificate), "/api/v1/nodes", cancellationToken, "-H", "Content-Type: application/json", "-d",
            $$"""{"metadata": {"name": "{{Host}}"} }""");
        created.Status.ShouldBe("201", created.Body);
    }

    /// <summary>Requests a certificate with the token in its file, for its existing Node.</summary>
    public async Task Returns(string step, CancellationToken cancellationToken)
    {
        var token = Regex.Match(await Config(cancellationToken), "token: (.+) }").Groups[1].Value;
        await Request(step, ["-H", $"Authorization: Bearer {token}"], cancellationToken);
        (await Status(Certificate, cancellationToken)).ShouldBe("200", "the worker does not come back to its Node");
    }

    /// <summary>Requests another certificate with its latest one, from the CA that signs now.</summary>
    public async Task Renews(string step, CancellationToken cancellationToken)
    {
        await Request(step, With(Certificate), cancellationToken);
        (await LocalProgram.Run("sh", ["-c", $"openssl x509 -in '{hosts.Pki("kubernetes-client-ca.crt")}' >'{Certificate}.first' && " +
            $"openssl verify -partial_chain -CAfile '{Certificate}.first' '{Certificate}.crt'"], cancellationToken))
            .ExitCode.ShouldBe(0, $"after '{step}' the controller manager signs with another key");
    }

    /// <summary>The status of a request for its Node with a certificate of the worker.</summary>
    public async Task<string> Status(string path, CancellationToken cancellationToken) =>
        (await Ask(With(path), itself, cancellationToken)).Status;

    /// <summary>Checks that its kubelet trusts the API server, for logs and exec.</summary>
    public async Task Trusts(string step, CancellationToken cancellationToken) => (await LocalProgram.Run("openssl",
        ["verify", "-partial_chain", "-CAfile", hosts.In(Host, $"{Pki}/kubernetes-client-ca.crt"),
            hosts.Own("apiserver-kubelet-client.crt")], cancellationToken))
        .ExitCode.ShouldBe(0, $"after '{step}' the worker does not trust the API server");

    /// <summary>Requests a serving certificate for its kubelet, with these names and addresses.</summary>
    public async Task AsksToServe(string request, string name, string address, CancellationToken cancellationToken)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var asked = new CertificateRequest($"CN=system:node:{Host}, O=system:nodes", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        names.AddIpAddress(IPAddress.Parse(address));
        asked.CertificateExtensions.Add(names.Build());
        var created = await Ask(With(Certificate), Requests, cancellationToken, "-H", "Content-Type: application/json", "-d",
            $$"""
            {"metadata": {"name": "{{request}}"}, "spec": {"signerName": "kubernetes.io/kubelet-serving", "usages": ["digital signature",
             "server auth"], "request": "{{Convert.ToBase64String(Encoding.ASCII.GetBytes(asked.CreateSigningRequestPem()))}}"} }
            """);
        created.Status.ShouldBe("201", created.Body);
    }

    /// <summary>Bindings approve it, and the controller manager signs it.</summary>
    private async Task Request(string step, string[] credentials, CancellationToken cancellationToken)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var asked = new CertificateRequest($"CN=system:node:{Host}, O=system:nodes", key, HashAlgorithmName.SHA256)
            .CreateSigningRequestPem();
        // An API server accepts a token some moments after its creation.
        await Eventually.Within(TimeSpan.FromSeconds(20), async token =>
        {
            var created = await Ask(credentials, Requests, token, "-H", "Content-Type: application/json", "-d",
                $$"""
                {"metadata": {"name": "{{step}}"}, "spec": {"signerName": "kubernetes.io/kube-apiserver-client-kubelet",
                 "usages": ["digital signature", "client auth"], "request": "{{Convert.ToBase64String(Encoding.ASCII.GetBytes(asked))}}"} }
                """);
            created.Status.ShouldBe("201", created.Body);
        }, $"a worker may ask for a certificate after '{step}'", cancellationToken);

        var path = Path.Combine(hosts.Folder, $"worker-{step}");
        await Eventually.Within(TimeSpan.FromSeconds(60), async token =>
        {
            var signed = (string?)JsonNode.Parse((await Ask(credentials, $"{Requests}/{step}", token)).Body)?["status"]?["certificate"];
            signed.ShouldNotBeNull("the controller manager signs nothing: "
                + hosts.Log(KubernetesHosts.ControlPlane, "kube-controller-manager.service"));
            await File.WriteAllBytesAsync($"{path}.crt", Convert.FromBase64String(signed), token);
        }, $"a request is signed after '{step}'", cancellationToken);
        await File.WriteAllTextAsync($"{path}.key", key.ExportPkcs8PrivateKeyPem(), cancellationToken);
        certificate = path;
    }

    private static string[] With(string path) => ["--cert", $"{path}.crt", "--key", $"{path}.key"];

    private async Task<(string Status, string Body)> Ask(
        string[] credentials, string path, CancellationToken cancellationToken, params string[] arguments)
    {
        var server = new Uri(Regex.Match(await Config(cancellationToken), "server: \"(.+?)\"").Groups[1].Value);
        return await KubernetesHosts.Curl(cancellationToken, ["--cacert", hosts.In(Host, $"{Pki}/ca.crt"),
            "--resolve", $"{server.Authority}:{hosts.Address(KubernetesHosts.ControlPlane)}", .. credentials, .. arguments,
            new Uri(server, path).AbsoluteUri]);
    }

    private Task<string> Config(CancellationToken cancellationToken) =>
        File.ReadAllTextAsync(hosts.In(Host, "/etc/globular-kubernetes/bootstrap.conf"), cancellationToken);
}
