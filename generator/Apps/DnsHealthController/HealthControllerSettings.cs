using PlatformGitOps.Generator.Definition.Binding;

namespace PlatformGitOps.Generator.Apps.DnsHealthController;

/// <summary>The DNS health controller of a cluster that has switched it on (docs/health-controller.md).</summary>
public sealed record HealthControllerSettings
{
    /// <summary>Repository and tag, with or without a digest.</summary>
    public required string Image { get; init; }

    /// <summary>Whether CoreDNS's own pods are among the endpoints that it takes out.</summary>
    public bool CoreDns { get; init; }

    /// <summary>Null where the controller is off.</summary>
    internal static HealthControllerSettings? Bind(Section section)
    {
        var enabled = section.Switch("enabled", false, "Whether the DNS health controller runs (docs/health-controller.md).");
        var image = section.Optional("image", Forms.Image, "The controller's image, from your own registry.",
            absent: "required with enabled");
        var coreDns = section.Switch("coreDns", false,
            "Whether CoreDNS's own pods are under it. In a running cluster one rollout after enabled: the pods must carry the label " +
                "before the Service selects it.");
        // Without an image there is a finding: see HealthControllerRules.
        return enabled ? new HealthControllerSettings { Image = image ?? "", CoreDns = coreDns } : null;
    }
}
