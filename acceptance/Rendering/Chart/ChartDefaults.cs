using System.Text.Json.Nodes;
using PlatformGitOps.Acceptance.Resources;

namespace PlatformGitOps.Acceptance.Rendering.Chart;

/// <summary>The values of chart 1.38.0 that stand where a release says nothing, as far as the criteria look.</summary>
internal static class ChartDefaults
{
    private const string Text =
        """
        image: { repository: coredns/coredns, tag: "", pullPolicy: IfNotPresent }
        replicaCount: 1
        resources: { limits: { cpu: 100m, memory: 128Mi }, requests: { cpu: 100m, memory: 128Mi } }
        rollingUpdate: { maxUnavailable: 1, maxSurge: 25% }
        terminationGracePeriodSeconds: 30
        serviceType: ClusterIP
        prometheus: { service: { enabled: false }, monitor: { enabled: false, additionalLabels: {}, interval: "" } }
        service: { name: "" }
        serviceAccount: { create: false, name: "" }
        isClusterService: true
        priorityClassName: ""
        podSecurityContext: {}
        securityContext:
          allowPrivilegeEscalation: false
          capabilities: { add: [NET_BIND_SERVICE], drop: [ALL] }
          readOnlyRootFilesystem: true
        servers:
          - zones: [{ zone: . }]
            port: 53
            plugins:
              - { name: errors }
              - { name: health, configBlock: lameduck 5s }
              - { name: ready }
              - name: kubernetes
                parameters: cluster.local in-addr.arpa ip6.arpa
                configBlock: "pods insecure\nfallthrough in-addr.arpa ip6.arpa\nttl 30"
              - { name: prometheus, parameters: "0.0.0.0:9153" }
              - { name: forward, parameters: . /etc/resolv.conf }
              - { name: cache, parameters: 30 }
              - { name: loop }
              - { name: reload }
              - { name: loadbalance }
        livenessProbe: { enabled: true, initialDelaySeconds: 60, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 5, successThreshold: 1 }
        readinessProbe: { enabled: true, initialDelaySeconds: 30, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 5, successThreshold: 1 }
        topologySpreadConstraints: []
        tolerations: []
        podDisruptionBudget: {}
        hpa: { enabled: false }
        autoscaler: { enabled: false }
        """;

    /// <summary>Helm's merge: maps go together, anything else replaces, and null takes the default away.</summary>
    public static Resource With(JsonObject values) => new((JsonObject)Merge(YamlDocuments.Resources(Text).Single().Document, values)!);

    private static JsonNode? Merge(JsonNode? defaults, JsonNode? given)
    {
        if (defaults is not JsonObject below || given is not JsonObject above)
        {
            return given?.DeepClone();
        }

        var merged = (JsonObject)below.DeepClone();
        foreach (var (key, value) in above)
        {
            if (value is null)
            {
                merged.Remove(key);
            }
            else
            {
                merged[key] = Merge(below[key], value);
            }
        }

        return merged;
    }
}
