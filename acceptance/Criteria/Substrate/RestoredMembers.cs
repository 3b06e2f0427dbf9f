using static PlatformGitOps.Acceptance.Criteria.Substrate.HostAssertions;
using static PlatformGitOps.Acceptance.Criteria.Substrate.KubernetesParts;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

/// <summary>A snapshot of three members of etcd, restored as docs/substrate.md has it.</summary>
internal static class RestoredMembers
{
    /// <summary>While one member is away, which comes back with the later state; and on emptied hosts.</summary>
    internal static async Task AreRestored(
        KubernetesHosts hosts, string[] members, Func<string, string, string[], CancellationToken, Task> written,
        CancellationToken cancellationToken)
    {
        var own = hosts.Tls("etcd-client");
        string[] where = ["--to", Path.Combine(hosts.Folder, "snapshots"), "--key", await SnapshotKey(hosts.Folder, cancellationToken)];
        string[] restore = ["restore", "--snapshot", "three", .. where];
        await hosts.Succeeds("k8s-backup.sh", members[1], cancellationToken, ["create", "--name", "three", .. where]);
        await written(members[0], "/acceptance/later", members, cancellationToken);
        async Task IsAsBefore(string member, string when)
        {
            async Task<string> Of(string key) => (await hosts.EtcdctlAt(
                member, own, cancellationToken, "get", key, "--print-value-only", "--consistency=s")).StandardOutput.Trim();

            (await Of("/acceptance/three")).ShouldBe("/acceptance/three", $"{member} does not have what was kept, {when}");
            (await Of("/acceptance/later")).ShouldBeEmpty($"{member} has what was written after the snapshot, {when}");
        }

        // Etcd tells members apart by numbers, and the last one has another than it began with.
        var (away, restored) = (members[1], new[] { members[0], members[2] });
        await hosts.Service(members[0], "stop", Unit, cancellationToken);
        (await hosts.Script("k8s-backup.sh", members[0], cancellationToken, restore)).StandardError
            .ShouldContain($"etcd runs on {members[1]} {members[2]}", customMessage: "a member is restored beside those that run");
        await hosts.Service(members[2], "stop", Unit, cancellationToken);
        await hosts.Service(away, "kill", Unit, cancellationToken);
        foreach (var member in restored)
        {
            await hosts.Succeeds("k8s-backup.sh", member, cancellationToken, restore);
        }

        foreach (var member in restored)
        {
            await hosts.Service(member, "start", Unit, cancellationToken);
        }

        await Eventually.Within(TimeSpan.FromSeconds(60), token => written(members[0], "/acceptance/restored", restored, token),
            "two restored members are one cluster", cancellationToken);
        // The host that was away has the state before the restore.
        await hosts.Service(away, "start", Unit, cancellationToken);
        await Throughout.For(TimeSpan.FromSeconds(5), token => IsAsBefore(members[0], "when a member that was away came back"),
            "the restored state stays", cancellationToken);
        await hosts.Service(away, "kill", Unit, cancellationToken);
        Directory.Delete(hosts.In(away, "/var/lib/globular/etcd"), recursive: true);
        await hosts.Succeeds("k8s-install.sh", away, cancellationToken, "--wait", "30");
        await Eventually.Within(TimeSpan.FromSeconds(30), token => written(away, "/acceptance/away", members, token),
            "the member that was away joins the restored ones", cancellationToken);
        await IsAsBefore(away, "after it joined");

        foreach (var member in members)
        {
            await hosts.Service(member, "kill", Unit, cancellationToken);
            Directory.Delete(hosts.Root(member), recursive: true);
            Directory.CreateDirectory(hosts.Root(member));
        }

        foreach (var script in new[] { "k8s-backup.sh", "k8s-install.sh" })
        {
            foreach (var member in members)
            {
                await hosts.Succeeds(script, member, cancellationToken, script == "k8s-install.sh" ? [] : restore);
            }
        }

        await Eventually.Within(TimeSpan.FromSeconds(60), token => written(members[0], "/acceptance/emptied", members, token),
            "three emptied hosts are one cluster", cancellationToken);
        foreach (var member in members)
        {
            await IsAsBefore(member, "on an emptied host");
            await hosts.Succeeds("k8s-health.sh", member, cancellationToken);
        }
    }
}
