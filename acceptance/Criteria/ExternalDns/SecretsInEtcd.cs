namespace PlatformGitOps.Acceptance.Criteria.ExternalDns;

/// <summary>Secrets in etcd, if it and the API server are static pods on a node on this machine.</summary>
internal sealed class SecretsInEtcd
{
    private const string Title = "## Secrets in etcd\n";

    private const string Configuration = "/etc/kubernetes/pki/encryption.yaml";

    private const string Read = """
        pki=/etc/kubernetes/pki/etcd
        crictl exec "$(crictl ps --quiet --name '^etcd$')" etcdctl --endpoints https://127.0.0.1:2379 --cacert "$pki/ca.crt" \
            --cert "$pki/server.crt" --key "$pki/server.key" get --print-value-only
        """;

    // Swaps the two providers, and restarts the API server, which then reads the file.
    private const string Reorder = $$"""
        awk -v first="$1" '/- identity/ { identity = $0; next } /- secretbox/ { secretbox = $0; next } { print }
            END { print (first == "identity" ? identity "\n" secretbox : secretbox "\n" identity) }' \
            {{Configuration}} > /tmp/encryption.yaml
        cat /tmp/encryption.yaml > {{Configuration}}
        rm /tmp/encryption.yaml
        running() { crictl ps --quiet --name '^kube-apiserver$'; }
        before=$(running)
        crictl stop "$before"
        until [ -n "$(running)" ] && [ "$(running)" != "$before" ]; do sleep 1; done
        """;

    private readonly LiveCluster cluster;
    private readonly string node;

    private SecretsInEtcd(LiveCluster cluster, string node) => (this.cluster, this.node) = (cluster, node);

    /// <summary>Skips the test if etcd is not reachable.</summary>
    public static async Task<SecretsInEtcd> Of(LiveCluster cluster, CancellationToken cancellationToken)
    {
        cluster.Needs(cluster.Cluster.Capabilities is { ApiServerIsStaticPod: true, NodesAreContainers: true },
            "etcd can only be read where it is a static pod of a node on this machine");
        var nodes = await cluster.Api.List(ResourceKind.Node, null, null, cancellationToken);
        return new SecretsInEtcd(cluster, nodes.Single(Nodes.IsControlPlane).Name);
    }

    /// <summary>True if the API server has an encryption configuration.</summary>
    public async Task<bool> Encrypts(CancellationToken cancellationToken) => (await cluster.Engine.Exec(
        node, ["grep", "--quiet", "encryption-provider-config", "/etc/kubernetes/manifests/kube-apiserver.yaml"], cancellationToken))
        .Succeeded;

    /// <summary>The stored bytes of an object as a text, with all non-ASCII bytes replaced.</summary>
    public async Task<string> Kept(ResourceAddress address, CancellationToken cancellationToken)
    {
        var result = await Run($"{Read} /registry/secrets/{address.Namespace}/{address.Name}", cancellationToken);
        return result.Output.Length > 0 ? result.Output : throw new NotYetException($"etcd has no {address}");
    }

    /// <summary>The commands of docs/security-baseline.md: the first two blocks on the node, the third with kubectl.</summary>
    public async Task Encrypt(CancellationToken cancellationToken)
    {
        var (onNode, behind) = Commands();
        await Run(onNode, cancellationToken);
        await Eventually.Within(
            TimeSpan.FromSeconds(180),
            async token =>
            {
                var pods = await cluster.Api.List(ResourceKind.Pod, "kube-system", "component=kube-apiserver", token);
                var pod = pods.ShouldHaveSingleItem();
                pod.Parts("spec.containers")[0].Texts("command")
                    .ShouldContain($"--encryption-provider-config={Configuration}", "the API server has not been started again");
                Conditions.Holds(pod, "Ready").ShouldBeTrue(Conditions.Say(pod, "Ready"));
            },
            "the API server encrypts",
            cancellationToken);
        await WrittenAgain(behind, cancellationToken);
    }

    /// <summary>For a sabotage: new versions of Secrets are stored in plain text.</summary>
    public Task PlainFirst(CancellationToken cancellationToken) => Ordered("identity", cancellationToken);

    public Task EncryptedFirst(CancellationToken cancellationToken) => Ordered("secretbox", cancellationToken);

    internal static (string OnNode, string Behind) Commands()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Product, "docs", "security-baseline.md")).ReplaceLineEndings("\n");
        var section = page[page.IndexOf(Title, StringComparison.Ordinal)..].Split("\n## ")[0];
        var blocks = section.Split("```sh\n").Skip(1).Select(block => block.Split("```")[0]).ToArray();
        return blocks is [var key, var manifest, var behind] ? (key + manifest, behind)
            : throw new InvalidDataException("'Secrets in etcd' has not three blocks of commands");
    }

    private async Task Ordered(string first, CancellationToken cancellationToken)
    {
        if (!await Encrypts(cancellationToken))
        {
            await Encrypt(cancellationToken);
        }

        await Run($"set -- {first}\n{Reorder}", cancellationToken);
        await WrittenAgain(Commands().Behind, cancellationToken);
    }

    private Task WrittenAgain(string script, CancellationToken cancellationToken) => Eventually.Within(
        TimeSpan.FromSeconds(120),
        async token => await Terminal.Type(cluster, $"set -e -o pipefail\n{script}", token) is var (code, output) && code == 0
            ? output : throw new NotYetException(output),
        "every Secret is written again",
        cancellationToken);

    private async Task<ExecResult> Run(string script, CancellationToken cancellationToken)
    {
        var result = await cluster.Engine.Exec(node, ["bash", "-e", "-u", "-c", script], cancellationToken);
        result.Succeeded.ShouldBeTrue($"{node}: {result.Error}");
        return result;
    }
}
