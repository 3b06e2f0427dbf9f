using PlatformGitOps.Generator.Definition.Reading;

namespace PlatformGitOps.Generator.Definition.Rules;

/// <summary>The DNS health controller of one cluster.</summary>
internal static class HealthControllerRules
{
    public static void Check(ClusterDraft cluster, FindingList findings)
    {
        // No image is published under a name that could be a default: everybody builds it into a registry of their own.
        if (cluster.HasHealthController && !cluster.HealthController.Has("image"))
        {
            findings.Add(DefinitionRules.HealthControllerImage, cluster.HealthController.At("enabled"),
                "The health controller is enabled, but nothing says where its image is.",
                "Write 'image:' beside it, with registry, repository and tag.");
        }

        // Inherited by a cluster without a controller it means nothing; written there it is a mistake that would go unseen.
        if (!cluster.HasHealthController && cluster.HealthController.Owns("coreDns") && cluster.HealthController.Switch("coreDns")?.Value == true)
        {
            findings.Add(DefinitionRules.HealthControllerOff, cluster.HealthController.At("coreDns"),
                "CoreDNS's pods are put under the health controller, but the cluster has none.",
                "Write 'enabled: true' and 'image:' beside it, or delete it.");
        }
    }
}
