using PlatformGitOps.Acceptance.Criteria.ExternalDns;

namespace PlatformGitOps.Acceptance.Criteria.Health;

/// <summary>
/// The section "An unhealthy endpoint stays in the answers" of docs/troubleshooting.md without a cluster: the real controller and kubectl
/// with a real API server, and pods with loopback addresses. Skipped without one of the programs.
/// </summary>
[Category("ExternalDns")]
[NonParallelizable]
internal sealed class StayingEndpointTests
{
    private const string Section = "An unhealthy endpoint stays in the answers";

    private static readonly string[] Addresses = ["127.61.0.1", "127.61.0.2", "127.61.0.3"];

    private readonly string folder = RunSession.NewFolder("stays");
    private readonly int port = LocalProgram.FreePort();
    private LocalApiServer cluster = null!;

    [OneTimeSetUp]
    public async Task StartTheApiServer()
    {
        LocalProgram.Need("kubectl");
        cluster = await LocalApiServer.Start(LocalProgram.Need("etcd"), LocalProgram.Need("kube-apiserver"), CancellationToken.None);
    }

    [OneTimeTearDown]
    public void StopTheApiServer()
    {
        cluster?.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Test]
    [CancelAfter(240_000)]
    public async Task The_page_leads_to_the_cause(CancellationToken token)
    {
        var program = Path.Combine(Repository.Root, "artifacts", "bin", "Controller", "debug", "PlatformGitOps.Controller.dll");
        Assume.That(File.Exists(program), $"{program} is not built");
        var endpoints = Addresses.Select(address => new TcpListener(IPAddress.Parse(address), port)).ToList();
        endpoints.ForEach(endpoint => endpoint.Start());
        await Objects(token);
        var config = Path.Combine(folder, "config.yaml");
        await File.WriteAllTextAsync(config, "probes: {allowLoopback: true}\n", token);
        using var controller = LocalProgram.Start(
            "dotnet",
            [
                program, "run", "--config", config, "--kubeconfig", cluster.ConfigByToken("geo-dns"), "--port",
                LocalProgram.FreePort().ToString(CultureInfo.InvariantCulture),
            ],
            folder,
            new Dictionary<string, string> { ["POD_NAME"] = "dns-health-controller-local" });
        await Eventually.Within(
            TimeSpan.FromSeconds(60),
            () => controller.Output.ShouldContain("is under health checks"),
            "the controller checks the Service",
            token);
        endpoints.ForEach(endpoint => endpoint.Dispose());

        foreach (var row in TroubleshootingGuide.Committed[Section])
        {
            await Eventually.Within(
                TimeSpan.FromSeconds(60),
                async probe =>
                {
                    var output = row.Command.Contains(" logs ") ? controller.Output
                        : await Typed(row.Command, probe);
                    output.ShouldMatch(row.Output);
                    TestContext.Out.WriteLine($"$ {row.Command}\n{string.Join('\n', output.Split('\n').Take(4))}");
                },
                $"the page is right about: {row.Command}",
                token);
        }
    }

    /// <summary>Three pods of a Service, a Service with an invalid interval, and a ReplicaSet that selects the label.</summary>
    private async Task Objects(CancellationToken token)
    {
        await Apply($$"""
            apiVersion: v1
            kind: ServiceAccount
            metadata: { name: default, namespace: default }
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRoleBinding
            metadata: { name: acceptance-controller }
            roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin }
            subjects: [{ kind: ServiceAccount, name: geo-dns, namespace: kube-system }]
            ---
            {{Service("stays", "profile: fast")}}
            ---
            {{Service("refused", "interval: soon")}}
            ---
            {{Service("replaced", "profile: fast")}}
            ---
            apiVersion: apps/v1
            kind: ReplicaSet
            metadata: { name: replaced, namespace: default }
            spec:
              replicas: 1
              selector: { matchLabels: { app: replaced, dns.aikernel.io/serve: "true" } }
              template:
                metadata: { labels: { app: replaced, dns.aikernel.io/serve: "true" } }
                spec: { containers: [{ name: a, image: a }] }
            """, token);
        var uid = await Typed("kubectl -n default get replicaset replaced -o 'jsonpath={.metadata.uid}'", token);
        var owner = $"ownerReferences: [{{ apiVersion: apps/v1, kind: ReplicaSet, name: replaced, uid: {uid}, controller: true }}]";
        foreach (var (index, address) in Addresses.Index())
        {
            await Pod($"stays-{index.ToString(CultureInfo.InvariantCulture)}", "stays", address, "", token);
        }

        await Pod("replaced-0", "replaced", "127.61.0.9", owner, token);
    }

    private string Service(string name, string asked) => $$"""
        apiVersion: v1
        kind: Service
        metadata:
          name: {{name}}
          namespace: default
          annotations:
            dns.aikernel.io/health-check-enabled: "true"
            dns.aikernel.io/health-check-scheme: tcp
            dns.aikernel.io/health-check-{{asked}}
        spec:
          clusterIP: None
          selector: { app: {{name}}, dns.aikernel.io/serve: "true" }
          ports: [{ port: 80, targetPort: {{port}} }]
        """;

    /// <summary>Nothing runs in the pod; only its status says so.</summary>
    private async Task Pod(string name, string app, string address, string owner, CancellationToken token)
    {
        await Apply($$"""
            apiVersion: v1
            kind: Pod
            metadata:
              name: {{name}}
              namespace: default
              labels: { app: {{app}}, dns.aikernel.io/serve: "true" }
              {{owner}}
            spec:
              nodeName: node-{{name}}
              automountServiceAccountToken: false
              containers: [{ name: a, image: a }]
            """, token);
        await Typed(
            $"kubectl -n default patch pod {name} --subresource=status --type=merge -p '"
                + $$"""{"status":{"phase":"Running","podIP":"{{address}}","podIPs":[{"ip":"{{address}}"}],"conditions":["""
                + """{"type":"Ready","status":"True"},{"type":"ContainersReady","status":"True"}]}}'""",
            token);
    }

    private async Task Apply(string yaml, CancellationToken token)
    {
        var file = Path.Combine(folder, $"{Guid.NewGuid():N}.yaml");
        await File.WriteAllTextAsync(file, yaml, token);
        await Typed($"kubectl apply -f {file}", token);
    }

    private async Task<string> Typed(string command, CancellationToken token)
    {
        var result = await LocalProgram.Run(
            "bash", ["-c", $"set -o pipefail; {command}"], token,
            new Dictionary<string, string?> { ["KUBECONFIG"] = cluster.AdminConfig });
        return command.Contains(" get ") || result.ExitCode == 0 ? result.StandardOutput
            : throw new InvalidOperationException($"{command}: {result.StandardError}");
    }
}
