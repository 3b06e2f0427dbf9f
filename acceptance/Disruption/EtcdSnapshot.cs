namespace PlatformGitOps.Acceptance.Disruption;

/// <summary>
/// A snapshot of a kubeadm cluster's only etcd and its restore, as kubeadm's users do it: without raising the revision, so that clients
/// have seen a later state than the restored one.
/// </summary>
internal sealed class EtcdSnapshot
{
    private const string Tools = """
        manifests=/etc/kubernetes/manifests; data=/var/lib/etcd; aside=/etc/kubernetes/acceptance
        running() { crictl ps --quiet --name "^$1\$"; }
        etcd() { crictl exec "$(running etcd)" "$@"; }
        flag() { sed -n "s/^ *- --$1=//p" "$manifests/etcd.yaml"; }

        """;

    private const string Save = Tools + """
        pki=/etc/kubernetes/pki/etcd
        etcd etcdctl --endpoints https://127.0.0.1:2379 --cacert "$pki/ca.crt" --cert "$pki/server.crt" --key "$pki/server.key" \
            snapshot save "$data/acceptance.db"
        """;

    // Whatever fails, the manifests are restored; etcd then runs with its old data. From 3.6 only etcdutl can restore.
    private const string Bring = Tools + """
        back() {
            [ -d "$data/member" ] || mv "$data/before" "$data/member"
            mv "$aside"/*.yaml "$manifests/"
            rm -rf "$aside" "$data/before" "$data/acceptance" "$data/acceptance.db"
        }
        set -- snapshot restore "$data/acceptance.db" --data-dir "$data/acceptance" --name "$(flag name)" \
            --initial-cluster "$(flag initial-cluster)" --initial-advertise-peer-urls "$(flag initial-advertise-peer-urls)"
        etcd etcdutl "$@" || etcd etcdctl "$@"
        mkdir "$aside"
        trap back EXIT
        mv "$manifests/kube-apiserver.yaml" "$manifests/etcd.yaml" "$aside/"
        until [ -z "$(running etcd)$(running kube-apiserver)" ]; do sleep 1; done
        mv "$data/member" "$data/before"
        mv "$data/acceptance/member" "$data/member"
        """;

    private readonly LiveCluster cluster;
    private readonly string node;

    private EtcdSnapshot(LiveCluster cluster, string node) => (this.cluster, this.node) = (cluster, node);

    /// <summary>Skips the test if etcd is not the static pod of a single control-plane node.</summary>
    public static async Task<EtcdSnapshot> Take(LiveCluster cluster, CancellationToken cancellationToken)
    {
        cluster.Needs(cluster.Cluster.Capabilities.ApiServerIsStaticPod,
            "etcd can only be restored where it and the API server are static pods of a node on this machine");
        var nodes = await cluster.Api.List(ResourceKind.Node, null, null, cancellationToken);
        var snapshot = new EtcdSnapshot(cluster, nodes.Single(Nodes.IsControlPlane).Name);
        await snapshot.Run(Save, cancellationToken);
        return snapshot;
    }

    /// <summary>Stops the API server and etcd, replaces etcd's data by the snapshot, and waits until the API server answers.</summary>
    public async Task Restore(CancellationToken cancellationToken)
    {
        await Run(Bring, cancellationToken);
        await Eventually.Within(
            TimeSpan.FromSeconds(120), token => cluster.Api.List(ResourceKind.Node, null, null, token),
            "the API server answers from the restored etcd", cancellationToken);
    }

    private async Task Run(string script, CancellationToken cancellationToken)
    {
        var result = await cluster.Engine.Exec(node, ["bash", "-e", "-u", "-c", script], cancellationToken);
        result.Succeeded.ShouldBeTrue($"{node}: etcd's snapshot: {result.Error}");
    }
}
