using PlatformGitOps.Acceptance.Adoption;
using PlatformGitOps.Acceptance.Criteria.ExternalDns;
using PlatformGitOps.Controller.Policies;

namespace PlatformGitOps.Acceptance.Criteria;

[Criterion("Restore", "An emptied cluster gets its DNS back from the repository and a backup")]
[Check("Restore.1", "An emptied cluster gets its DNS back from the repository and a backup",
    "restore names what is missing, and ends with 0 after the restore",
    Command = "platform-gitops restore dns-backup --cluster {cluster} --context {context}")]
public static class RestoreCriterion
{
    public const string Namespace = "acceptance-restore";
    private const string Zones = "acceptance-restore.zone";

    private static readonly ResourceAddress Shop = ResourceKind.Service.Named("shop", Namespace);
    private static readonly ResourceAddress Custom = ResourceKind.ConfigMap.Named("coredns-custom", "kube-system");

    private static readonly string[] Whole = ["namespaces.yaml", "objects/"];

    /// <summary>The parts of the backup that are applied; a sabotage applies fewer.</summary>
    private static string[] applied = Whole;

    [LiveCheck("Restore.1",
        "backup of a cluster with a Service under health checks and a zone of coredns-custom; then DNS, both objects and their namespace " +
            "are deleted. What restore says, the delivery of the tree, kubectl apply of the backup, the seconds that it took, " +
            "and the answers afterwards", Disruptive = true)]
    public static async Task FromNothing(LiveCluster cluster, CancellationToken cancellationToken)
    {
        cluster.NeedsDelivery();
        await Require.Program("kubectl", cancellationToken);
        await Require.Program("bash", cancellationToken);
        (await cluster.Api.Get(Custom, cancellationToken)).ShouldBeNull("the cluster has a coredns-custom of its own, which would be lost");
        var folder = RunSession.NewFolder("restore");
        var backup = Path.Combine(folder, "dns-backup");
        File.Copy(Repository.DefinitionFile, Path.Combine(folder, "platform.yaml"));
        var whole = false;
        try
        {
            await Objects(cluster, cancellationToken);
            (await Run("backup", backup)).Code.ShouldBe(0);
            (await Run("restore", backup)).Code.ShouldBe(0, "the backup differs from the cluster that it was just made of");

            await cluster.Delivery!.Withdraw(cluster.Tree, cluster.Cluster, cluster.Api, cancellationToken);
            await DeleteObjects(cluster, cancellationToken);
            var emptied = await Run("restore", backup);
            emptied.Code.ShouldBe(1, "restore finds nothing missing in an emptied cluster");
            emptied.Output.ShouldContain("restore-dns-address");
            emptied.Output.ShouldContain($"restore-object-missing: Service {Namespace}/{Shop.Name}");
            emptied.Output.ShouldContain($"restore-object-missing: ConfigMap {Custom.Namespace}/{Custom.Name}");

            var started = TimeProvider.System.GetTimestamp();
            await cluster.Deliver(cancellationToken);
            await Rollout.Done(cluster, cancellationToken);
            Took("DNS answers again");
            var files = applied.Select(path => $"-f {backup}/{path}");
            await TakeOver.Shell(cluster, $"kubectl apply {string.Join(' ', files)}", cancellationToken);
            var restored = await Run("restore", backup);
            Took("restore has looked");
            restored.Code.ShouldBe(0, restored.Output);
            whole = true;
            (await cluster.Require(Custom, cancellationToken)).Map("data").ShouldContainKey(Zones);
            var address = (await cluster.Require(Shop, cancellationToken)).Text("spec.clusterIP")!;
            await Ask.Expect(cluster, $"{Shop.Name}.{Namespace}.svc.{cluster.Domain}.", [address], cancellationToken);

            void Took(string what)
            {
                var said = $"{what} after {TimeProvider.System.GetElapsedTime(started).TotalSeconds:0} s";
                EvidenceLog.Observed(said);
                TestContext.Out.WriteLine(said);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
            await DeleteObjects(cluster, CancellationToken.None);
            if (!whole)
            {
                await cluster.Deliver(CancellationToken.None);
                await Rollout.Done(cluster, CancellationToken.None);
            }
        }

        async Task<(int Code, string Output)> Run(params IReadOnlyList<string> arguments)
        {
            var context = cluster.Cluster.Context;
            var result = await GeneratorProgram.Run(
                folder,
                [.. arguments, "--cluster", cluster.Role, "--kubeconfig", context.ConfigFile, "--context", context.Name],
                cancellationToken);
            return (result.ExitCode, result.StandardOutput + result.StandardError);
        }
    }

    internal static IReadOnlyList<LiveSabotage> LiveSabotages =>
    [
        new("the Services of the backup are forgotten", "Restore.1", $"restore-object-missing: Service {Namespace}/",
            (_, _) => Apply("namespaces.yaml", "objects/configmap.yaml"),
            (_, _) => Apply(Whole)) { IsDrift = false },
    ];

    private static Task Apply(params string[] paths)
    {
        applied = paths;
        return Task.CompletedTask;
    }

    private static async Task Objects(LiveCluster cluster, CancellationToken cancellationToken)
    {
        await cluster.Api.ApplyNamespace(Namespace, cancellationToken);
        var shop = Pods.Manifest("Service", Shop.Name, Namespace, new JsonObject
        {
            ["selector"] = new JsonObject { ["app"] = "shop" },
            ["ports"] = new JsonArray(new JsonObject { ["port"] = 80 }),
        });
        shop["metadata"]!["annotations"] = new JsonObject { [Annotations.Prefix + "path"] = "/healthz" };
        await cluster.Api.Apply(ResourceKind.Service, new Resource(shop), cancellationToken);
        var custom = Pods.Manifest("ConfigMap", Custom.Name, Custom.Namespace, null);
        custom["data"] = new JsonObject { [Zones] = "$ORIGIN example.test.\n@ 60 IN SOA ns hostmaster 1 60 60 60 60\n" };
        await cluster.Api.Apply(ResourceKind.ConfigMap, new Resource(custom), cancellationToken);
    }

    private static async Task DeleteObjects(LiveCluster cluster, CancellationToken cancellationToken)
    {
        await cluster.Api.Delete(Custom, null, cancellationToken);
        await cluster.DeleteNamespace(Namespace, cancellationToken);
    }
}
