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
    }
}
