using PlatformGitOps.Generator.Apps.CoreDns;

namespace PlatformGitOps.Generator.Lint.Rules;

/// <summary>Rules for patches of the chart's objects: the values do not show what they remove.</summary>
internal static class ChartPatchRules
{
    internal const string Dns = "chart-patch-dns";
    internal const string Image = "chart-patch-image";
    internal const string Security = "chart-patch-security";
    private const string Target = "chart-patch-target";
    private const string Delete = ChartPatchObjects.Delete;

    /// <summary>The oldest chart whose templates were read for <see cref="ChartedObjects"/>.</summary>
    private static readonly SemVer Read = new(1, 35, 0);

    public static readonly LintRule Rule = LintRule.Of(
        "chart-patch",
        new ReleaseChecks(release => [.. Check(release), .. Untargeted(release)]).Check,
        (Dns, "A patch of the chart's objects takes away what DNS needs: address, ports, pods, nodes, rights, scaler, budget or Corefile."),
        (Image, "A patch of the chart's objects runs another image than the values name, by which CoreDNS is judged."),
        (Security, "A patch of the chart's objects takes away a restriction of the DNS pods, or gives a container more rights."),
        (Target, "A patch of the chart's objects names an object that the chart does not make of these values."));

    private static IEnumerable<Finding> Check(CoreDnsRelease release)
    {
        if (!release.IsClusterDns || !release.Helm.PostRenderers.Any(renderer => (renderer["patches"] ?? renderer["images"]) is not null))
        {
            return [];
        }

        var (plain, patched) = (DnsObjects.Of(release), DnsObjects.Patched(release));
        Finding Found(string rule, string problem, string fix) =>
            Flux.Report.At(release.Manifest, ["spec", "postRenderers"], rule, $"A patch in spec.postRenderers {problem}.", fix);
        IEnumerable<(string Problem, string Fix)> ofDns =
        [
            .. ChartPatchObjects.Deleted(plain, patched), .. OfService(plain, patched), .. OfDeployment(plain, patched),
            .. OfCorefile(plain, patched), .. ChartPatchObjects.OfPlace(plain, patched),
            .. ChartPatchObjects.OfAccess(release, plain, patched), .. ChartPatchRights.OfPort(plain, patched),
            .. ChartPatchObjects.OfScaler(plain, patched), .. ChartPatchObjects.OfBudget(release, plain, patched),
        ];
        return
        [
            .. ofDns.Select(found => Found(Dns, found.Problem, found.Fix)),
            .. ChartPatchObjects.OfImage(plain, patched).Select(found => Found(Image, found.Problem, found.Fix)),
            .. ChartPatchRights.Weakened(plain, patched).Select(problem => Found(Security, problem, "Delete this part of the patch.")),
            .. TypeRules.OfPatched(release.Manifest, plain, patched),
        ];
    }

    private static IEnumerable<Finding> Untargeted(CoreDnsRelease release)
    {
        var patches = release.Helm.PostRenderers.SelectMany(renderer => renderer.MappingsAt("patches")).ToArray();
        if (patches.Length == 0 || !release.Helm.HasAllValues || release.Version is not { } version || version < Read
            || version > CoreDnsChart.Releases.Keys.Last())
        {
            yield break;
        }

        var objects = ChartedObjects.Of(release).ToArray();
        var names = objects.Select(item => $"{item.Kind} {item.Name}").ToArray();
        foreach (var missing in patches.Select(patch => ChartedObjects.Missing(patch, objects)).OfType<MissingTarget>().Distinct())
        {
            yield return missing.Elsewhere is { } home ? InNamespace(release, missing, home) : Flux.Report.At(release.Manifest,
                ["spec", "postRenderers"], Target,
                $"A patch in spec.postRenderers is for {missing}, which the chart does not make of these values: {Effect(missing)}.",
                (Suggestion.For($"{missing.Kind} {missing.Name}".Trim(), names) is { } near ? $"Did you mean {near}? " : "")
                    + $"The chart makes {string.Join(", ", names)}.");
        }
    }

    /// <summary>Kind and name are right, so a list of objects would not help.</summary>
    private static Finding InNamespace(CoreDnsRelease release, MissingTarget missing, string home) => Flux.Report.At(
        release.Manifest, ["spec", "postRenderers"], Target,
        $"A patch in spec.postRenderers is for {missing}{(missing.Namespace is { Length: > 0 } ? "" : " without a namespace")}, "
            + $"and the chart makes it {(home.Length == 0 ? "without a namespace" : $"in {home}")}: {Effect(missing)}.",
        (home.Length == 0 ? "Delete the namespace in the " : $"Write 'namespace: {home}' in the ")
            + (missing.Fails ? "metadata of the patch" : "target")
            + (home.Length == 0 ? "." : missing.Fails ? ", or write kind and name beside the patch." : ", or delete the namespace there."));

    private static string Effect(MissingTarget missing) => missing.Fails ? "the release fails" : "it changes nothing";

    private static IEnumerable<(string Problem, string Fix)> OfService(DnsObjects plain, DnsObjects patched)
    {
        if (patched is not { Service.Body: var service, Deployment: not null })
        {
            yield break;
        }

        var labels = patched.PodLabels.ToDictionary(label => label.Key, label => Scalar.TextOf(label.Value), StringComparer.Ordinal);
        var selector = service.EntriesAt("spec", "selector");
        var absent = selector.Where(pair => labels.GetValueOrDefault(pair.Key) != Scalar.TextOf(pair.Value))
            .Select(pair => $"{pair.Key}={Scalar.TextOf(pair.Value)}").ToArray();
        if (selector.IsEmpty)
        {
            yield return ("takes the selector of the Service away: it has no endpoint", Delete);
        }
        else if (absent.Length > 0)
        {
            yield return (
                $"has the Service select {string.Join(", ", absent)}, and the DNS pods do not have it: the Service has no endpoint",
                "Write labels of the pods, or delete the patch.");
        }

        var (address, written) = (plain.Service!.Body.TextAt("spec", "clusterIP"), service.TextAt("spec", "clusterIP"));
        if (address != written)
        {
            yield return ($"gives the Service the address {written ?? "none"} in place of {address ?? "none"}: a clusterIP is immutable, "
                + "and kubelets and pods ask the old one", "Delete the patch. The address is dns.clusterIP of the definition.");
        }

        var ports = service.MappingsAt("spec", "ports").Select(TitleOf).ToArray();
        var gone = plain.Service.Body.MappingsAt("spec", "ports").Select(TitleOf).Except(ports).ToArray();
        if (gone.Length > 0)
        {
            yield return ($"takes {string.Join(" and ", gone)} from the Service: queries to the port are not answered", Delete);
        }

        var listening = patched.Container?.MappingsAt("ports")
            .SelectMany(port => new[] { port.TextAt("containerPort"), port.TextAt("name") }).ToArray() ?? [];
        foreach (var port in service.MappingsAt("spec", "ports"))
        {
            var target = port.TextAt("targetPort") ?? port.TextAt("port");
            var known = plain.Service.Body.MappingsAt("spec", "ports").FirstOrDefault(other => other.TextAt("name") == port.TextAt("name"));
            if (known is not null && target != (known.TextAt("targetPort") ?? known.TextAt("port")) && !listening.Contains(target))
            {
                yield return ($"leads {TitleOf(port)} of the Service to the port {target}, where the container does not listen",
                    Delete);
            }
        }

        if (service.TextAt("spec", "type") == "ExternalName" || service.TextAt("spec", "internalTrafficPolicy") == "Local")
        {
            yield return (service.TextAt("spec", "type") == "ExternalName" ? "makes the Service an ExternalName: it has no address"
                : "sets internalTrafficPolicy: Local: pods on a node without a DNS pod get no answer", Delete);
        }
    }

    private static IEnumerable<(string Problem, string Fix)> OfDeployment(DnsObjects plain, DnsObjects patched)
    {
        if (patched is not { Deployment.Body: var deployment })
        {
            yield break;
        }

        var before = plain.Deployment!.Body;
        var labels = patched.PodLabels.ToDictionary(label => label.Key, label => Scalar.TextOf(label.Value), StringComparer.Ordinal);
        if (!Node.Same(before.At("spec", "selector"), deployment.At("spec", "selector")))
        {
            yield return ("changes the selector of the Deployment, which is immutable: the upgrade fails", Delete);
        }
        else if (plain.PodLabels.Any(label => labels.GetValueOrDefault(label.Key) != Scalar.TextOf(label.Value)))
        {
            yield return ("takes labels from the DNS pods that the Deployment, the Service, the budget and the policies select",
                "Delete the patch, or only add labels.");
        }

        if (Number(before) is { } many && Number(deployment) is { } few && few < many && few < 2)
        {
            yield return ($"runs {few} DNS pods in place of {many}", "Write dns.replicas of the definition, 2 or more.");
        }

        if (deployment.TextAt("spec", "strategy", "type") == "Recreate")
        {
            yield return ("gives the Deployment the strategy Recreate: a rollout takes all DNS pods away before a new one answers", Delete);
        }

        if (patched.Pod.TextAt("dnsPolicy") is not ("Default" or "None") and var policy)
        {
            yield return ($"gives the DNS pods the dnsPolicy {policy ?? "ClusterFirst"}: they ask themselves",
                "Write Default, or delete the patch.");
        }

        if (Must(before).Except(Must(deployment)).Any())
        {
            yield return ("takes a topology spread constraint with DoNotSchedule from the DNS pods: all may run on one node", Delete);
        }

        if (patched.Container is not { } container || !Node.Same(plain.Container?["args"], container["args"])
            || container["command"] is not null || container["readinessProbe"] is null != plain.Container?["readinessProbe"] is null)
        {
            yield return ("changes what the container coredns runs, or takes its readiness probe away", Delete);
        }
        else if (!Node.Same(CorefileSource(patched), CorefileSource(plain)))
        {
            yield return ("gives the container coredns its Corefile from elsewhere, where no check reads it",
                "Write dns.extraServers and the other keys of dns.");
        }
    }

    private static IEnumerable<(string Problem, string Fix)> OfCorefile(DnsObjects plain, DnsObjects patched)
    {
        if (patched is { ConfigMap.Body: var map }
            && !Node.Same(plain.ConfigMap!.Body.At("data", "Corefile"), map.At("data", "Corefile")))
        {
            yield return ("replaces the Corefile, which no check reads then", "Write dns.extraServers and the other keys of dns.");
        }
    }

    /// <summary>The volume that is mounted at the path of the Corefile.</summary>
    private static Mapping? CorefileSource(DnsObjects objects) =>
        objects.Container?.MappingsAt("volumeMounts").FirstOrDefault(mount => mount.TextAt("mountPath") == "/etc/coredns") is { } mount
            ? objects.Pod.MappingsAt("volumes").FirstOrDefault(volume => volume.TextAt("name") == mount.TextAt("name")) : null;

    private static int? Number(Mapping deployment) =>
        int.TryParse(deployment.TextAt("spec", "replicas"), CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>The topology keys of required anti-affinity.</summary>
    private static IEnumerable<string> Must(Mapping deployment) => deployment
        .MappingsAt("spec", "template", "spec", "topologySpreadConstraints")
        .Where(spread => spread.TextAt("whenUnsatisfiable") is null or "DoNotSchedule")
        .Select(spread => spread.TextAt("topologyKey") ?? "");

    private static string TitleOf(Mapping port) => $"{port.TextAt("protocol") ?? "TCP"} {port.TextAt("port")} ({port.TextAt("name")})";
}
