using PlatformGitOps.Generator.Backup;
using PlatformGitOps.Generator.Commands;
using PlatformGitOps.Generator.Tests.Tools;

namespace PlatformGitOps.Generator.Tests.Backup;

/// <summary>Clusters with the same DNS address are distinguished, and an empty backup does not replace one with objects.</summary>
public sealed class LiveIdentityTests
{
    private const string Definition = """
        repository: { url: https://github.com/example/platform.git }
        clusters:
          - name: kiel
            network: { pods: 10.42.0.0/16, services: 10.43.0.0/16, nodes: 192.168.10.0/24, isolated: true }
          - name: ulm
            network: { pods: 10.42.0.0/16, services: 10.43.0.0/16, nodes: 192.168.20.0/24, isolated: true }
          - name: bonn
            network: { pods: 10.46.0.0/16, services: 10.47.0.0/16 }
        """;

    private const string Service = """
        {"apiVersion":"v1","kind":"Service","metadata":{"name":"one","namespace":"default",
        "annotations":{"dns.aikernel.io/geo-hostname":"geo"}},"spec":{"clusterIP":"None"}}
        """;

    private static readonly Platform Sites = Given.Defined(Definition);

    [TestCase("kiel", false, "kiel", "192.168.20.5", "10.42.0.0/24", null)]
    [TestCase("kiel", true, "ulm", "192.168.10.5", "10.42.0.0/24", "has CLUSTER_NAME: ulm, and cluster kiel is meant")]
    [TestCase("bonn", true, "ulm", "", "", "has CLUSTER_NAME: ulm, and cluster bonn is meant")]
    [TestCase("kiel", false, null, "192.168.10.5", "10.42.0.0/24", null)]
    [TestCase("kiel", true, null, "192.168.20.5", "10.42.0.0/24", "in those of ulm: this is another cluster")]
    [TestCase("kiel", false, null, "", "", "has no ConfigMap flux-system/cluster-settings that says which one it is")]
    [TestCase("kiel", true, null, "", "", null)]
    // A network plugin may give pods addresses outside of the definition's ranges: then the addresses decide nothing.
    [TestCase("kiel", true, null, "", "10.200.0.0/24", null)]
    [TestCase("kiel", false, null, "", "10.200.0.0/24", "Name the --context of kiel")]
    [TestCase("bonn", false, null, "192.168.20.5", "10.42.0.0/24", null)]
    public void A_cluster_is_distinguished_from_another_with_its_DNS_address(
        string meant, bool isNamed, string? name, string node, string pods, string? said)
    {
        var cluster = Sites.Clusters.Single(one => one.Name.Text == meant);

        var problem = Live(name, node, pods).Problem(cluster, Sites, isNamed);

        if (said is null)
        {
            problem.ShouldBeNull();
        }
        else
        {
            problem.ShouldNotBeNull().ShouldContain(said);
        }
    }

    [Test]
    [CancelAfter(120_000)]
    [Platform(Exclude = "Win", Reason = "kubectl is a shell script here")]
    public async Task A_good_backup_is_kept_where_kubectl_talks_to_another_cluster(CancellationToken cancellationToken)
    {
        using var folder = new TemporaryFolder();
        var definition = folder.Write("platform.yaml", Definition);
        var backup = Path.Combine(folder.Path, "kept");
        var kubectl = new CannedKubectl(folder);

        Is("kiel", Service);
        (await Run("backup", backup)).ShouldSucceed();
        var kept = await File.ReadAllTextAsync(Path.Combine(backup, "objects", "service.yaml"), cancellationToken);

        Is("ulm");
        foreach (var command in new[]
            { new[] { "backup", backup }, ["restore", backup], ["restore", backup, "--check"], ["takeover"], ["takeover", "--check"] })
        {
            var other = await Run(command);
            other.ExitCode.ShouldBe(ExitCode.Unusable);
            other.Error.ShouldContain("CLUSTER_NAME: ulm, and cluster kiel is meant");
        }

        Is("kiel");
        var empty = await Run("backup", backup);
        empty.ExitCode.ShouldBe(ExitCode.Refused);
        empty.Error.ShouldContain("has 1 objects, and the new one has none. Nothing was written.");
        (await File.ReadAllTextAsync(Path.Combine(backup, "objects", "service.yaml"), cancellationToken)).ShouldBe(kept);

        (await Run("backup", backup, "--replace-with-empty")).ShouldSucceed();
        File.Exists(Path.Combine(backup, "objects", "service.yaml")).ShouldBeFalse();

        void Is(string name, params string[] services)
        {
            kubectl.Is(name);
            kubectl.Has("services", services);
        }

        Task<ToolResult> Run(params string[] arguments) =>
            kubectl.Run(cancellationToken, [.. arguments, "--cluster", "kiel", "-f", definition]);
    }

    [TestCase(false, "The new backup has no object, and the earlier one cannot be compared")]
    [TestCase(true, null)]
    public void A_damaged_backup_is_not_replaced_by_an_empty_one(bool hasObject, string? said)
    {
        using var folder = new TemporaryFolder();
        folder.Write("backup.yaml", "format: 1\ncluster: kiel\nobjects: 2\n");
        var objects = Given.Manifest(Service);

        var loss = BackupFolder.Loss(folder.Path, new DnsBackup
        {
            Cluster = "kiel",
            DefinitionText = Definition,
            Published = hasObject ? [objects] : [],
            ZoneRecords = [],
        });

        if (said is null)
        {
            loss.ShouldBeNull();
        }
        else
        {
            loss.ShouldNotBeNull().ShouldContain(said);
        }
    }

    private static LiveIdentity Live(string? name, string node, string pods)
    {
        var kind = name is null ? "Secret" : "ConfigMap";
        var address = node.Length == 0 ? "" : ", { type: InternalIP, address: " + node + " }";
        return LiveIdentity.Of([.. Given.Manifests($$"""
            kind: {{kind}}
            metadata: { name: cluster-settings, namespace: flux-system }
            data: { CLUSTER_NAME: {{name ?? "none"}} }
            ---
            kind: Node
            metadata: { name: one }
            spec: { podCIDRs: [{{pods}}] }
            status: { addresses: [{ type: Hostname, address: one }{{address}}] }
            """)]);
    }
}
