using PlatformGitOps.Generator.Definition.Binding;

namespace PlatformGitOps.Generator.Definition.Rules;

/// <summary>The DNS health controller of one cluster.</summary>
internal static class HealthControllerRules
{
    public static void Check(Cluster cluster, SectionReader at)
    {
        // No image is published under a name that could be a default: users build it into their own registry.
        if (cluster.HealthController is { Image: "" })
        {
            at.Report(DefinitionRules.HealthControllerImage, "healthController.enabled",
                "The health controller is enabled, but no image is set.",
                "Write 'image:' beside it, with registry, repository and tag.",
                "healthController.image");
        }

        // Inherited by a cluster without a controller it has no effect; written there it is a mistake.
        if (cluster.HealthController is null && at.Owns("healthController.coreDns") && at.Written("healthController.coreDns") == "true")
        {
            at.Report(DefinitionRules.HealthControllerOff, "healthController.coreDns",
                "CoreDNS's pods are put under the health controller, but the cluster has none.",
                "Write 'enabled: true' and 'image:' beside it, or delete it.");
        }
    }
}
