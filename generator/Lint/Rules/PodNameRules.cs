using PlatformGitOps.Generator.Apps.CoreDns;

namespace PlatformGitOps.Generator.Lint.Rules;

/// <summary>
/// Containers, volumes and mounts of the values that do not match each other or the chart's own; a probe that starts too late.
/// </summary>
internal static class PodNameRules
{
    internal const string Refused = "pod-refused";
    internal const string Late = "readiness-after-timeout";

    // Of the chart: its container, and the volume with the Corefile.
    private const string Server = "coredns";
    private const string Corefile = "config-volume";
    private const string CorefileFolder = "/etc/coredns";
    private const string TimeoutOfFlux = "5m";

    private static readonly (string Key, string Name)[] Actions = [("upgrade", "upgrade"), ("install", "installation")];

    // Values outside of the tree may add the volume, replace a list, or start the probe earlier.
    private static readonly ReleaseChecks OfReleases = new(release => release.Helm.HasAllValues
        ? Names(release).Concat(Readiness(release)) : []);

    public static readonly LintRule Rule = LintRule.Of(
        "pod-names",
        OfReleases.Check,
        (Refused, "Two containers, volumes or mounts of the DNS pods have one name or path, or a mount has no volume."),
        (Late, "The readiness probe begins after the release's timeout, so that each installation or upgrade that waits fails."));

    private static IEnumerable<Finding> Names(CoreDnsRelease release)
    {
        var values = release.Values;
        Mapping[] containers = [.. values.MappingsAt("initContainers"), .. values.MappingsAt("extraContainers")];
        Mapping[] secrets = [.. values.MappingsAt("extraSecrets")];
        Mapping[] extra = [.. values.MappingsAt("extraVolumes")];
        var volumes = secrets.Concat(extra).Select(volume => volume.TextAt("name")).OfType<string>().Append(Corefile)
            .ToHashSet(StringComparer.Ordinal);
        return Twice(containers, "name", [Server], "containers of the DNS pods are called")
            .Concat(Twice([.. secrets, .. extra], "name", [Corefile], "volumes of the DNS pods are called"))
            .Concat(Mounts([.. secrets, .. values.MappingsAt("extraVolumeMounts")], [CorefileFolder], volumes))
            .Concat(containers.SelectMany(container => Mounts([.. container.MappingsAt("volumeMounts")], [], volumes)));
    }

    private static IEnumerable<Finding> Mounts(Mapping[] mounts, string[] taken, HashSet<string> volumes) =>
        Twice(mounts, "mountPath", taken, "mounts of a container are at").Concat(
            from mount in mounts
            where mount.TextAt("name") is { } name && !volumes.Contains(name)
            select Report.At(mount, Refused,
                $"The mount '{Printable.Of(mount.TextAt("name")!)}' has no volume of this name: the API server refuses the Deployment.",
                "Write the volume into extraVolumes or extraSecrets, or name one of "
                    + $"{string.Join(", ", volumes.Order(StringComparer.Ordinal))}."));

    private static IEnumerable<Finding> Twice(Mapping[] items, string key, string[] taken, string words)
    {
        var known = taken.ToHashSet(StringComparer.Ordinal);
        foreach (var item in items)
        {
            if (item.TextAt(key) is { Length: > 0 } text && !known.Add(text))
            {
                yield return Report.At(item, Refused,
                    $"Two {words} '{Printable.Of(text)}'{(taken.Contains(text) ? ", and one is the chart's" : "")}: the API server refuses "
                        + "the Deployment.",
                    $"Write another {key}.");
            }
        }
    }

    /// <summary>Flux waits for the pods during an installation and an upgrade, with a timeout for each.</summary>
    private static IEnumerable<Finding> Readiness(CoreDnsRelease release)
    {
        if (!release.Switch(true, "readinessProbe", "enabled")
            || release.Number("readinessProbe", "initialDelaySeconds") is not { } delay
            || release.Manifest.Body["spec"] is not Mapping spec)
        {
            return [];
        }

        return Actions.Where(action => spec.TextAt(action.Key, "disableWait") != "true")
            .Select(action => (action.Name, Timeout: spec.TextAt(action.Key, "timeout") ?? spec.TextAt("timeout") ?? TimeoutOfFlux))
            .Where(action => Duration.TryParse(action.Timeout, out var timeout, out _) && delay >= timeout.Span.TotalSeconds)
            .Take(1)
            .Select(action => release.Report(
                Late,
                $"A pod is ready {delay} s after its start at the earliest, and Flux gives an {action.Name} up after {action.Timeout}.",
                "Write a delay of a few seconds.",
                "readinessProbe",
                "initialDelaySeconds"));
    }
}
