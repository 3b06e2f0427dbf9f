using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

/// <summary>The hosts, scripts and units of Kubernetes that several checks use.</summary>
internal static class KubernetesParts
{
    // The hosts of the definition.
    internal const string Front = KubernetesHosts.ControlPlane;

    internal const string Store = KubernetesHosts.Etcd;
    internal const string Worker = KubernetesHosts.Worker;
    internal const string Certs = "k8s-generate-certs.sh";
    internal const string Unit = "globular-etcd.service";
    internal const string Namespaces = "/api/v1/namespaces/default";
    internal static readonly string[] Managers = ["kube-controller-manager.service", "kube-scheduler.service"];

    /// <summary>In the order of k8s-install.sh.</summary>
    internal static readonly string[] ControlPlaneParts = ["kube-apiserver", "kube-controller-manager", "kube-scheduler"];

    /// <summary>The check's objects, decrypted by the API server.</summary>
    internal static async Task<IReadOnlyList<string>> Objects(KubernetesHosts hosts, CancellationToken cancellationToken)
    {
        var all = new List<string>();
        foreach (var kind in new[] { "configmaps", "secrets" })
        {
            var (status, body) = await hosts.Ask(hosts.Own("admin"), $"/api/v1/namespaces/default/{kind}", cancellationToken);
            status.ShouldBe("200", $"an object is not as it was: {body}");
            all.AddRange(JsonNode.Parse(body)!["items"]!.AsArray().Where(item => ((string?)item!["metadata"]!["name"])!
                .StartsWith("item-", StringComparison.Ordinal))
                .Select(item => $"{kind} {item!["metadata"]!["name"]} {item["metadata"]!["uid"]} {item["data"]}"));
        }

        return all;
    }

    /// <summary>Answers on the health port of a worker's kubelet.</summary>
    internal static Task<WebApplication> Healthy(KubernetesHosts hosts, CancellationToken cancellationToken) =>
        LocalWeb.Start(hosts.Loopback(Worker), 10248, context => context.Response.WriteAsync("ok"), cancellationToken);
}
