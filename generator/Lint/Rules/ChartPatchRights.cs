using PlatformGitOps.Generator.Apps.CoreDns;

namespace PlatformGitOps.Generator.Lint.Rules;

/// <summary>The rights of the DNS pods on their node that a patch adds to those of the values.</summary>
internal static class ChartPatchRights
{
    private const string Bind = ContainerRights.Bind;

    private const string Every = "ALL";

    /// <summary>The restrictions that a patch may not remove: key and value in the securityContext of the pod or the container.</summary>
    private static readonly (bool OfPod, string Key, string Wanted)[] Restrictions =
    [
        (true, "runAsNonRoot", "true"), (false, "runAsNonRoot", "true"), (false, "allowPrivilegeEscalation", "false"),
        (false, "readOnlyRootFilesystem", "true"),
    ];

    public static IEnumerable<string> Weakened(DnsObjects plain, DnsObjects patched)
    {
        if (patched is not { Deployment: not null, Container: not null })
        {
            yield break;
        }

        foreach (var (ofPod, key, wanted) in Restrictions)
        {
            if (Context(ofPod, plain)?.TextAt(key) == wanted && Context(ofPod, patched)?.TextAt(key) is var now && now != wanted)
            {
                yield return $"takes {key}: {wanted} from the {(ofPod ? "pods" : "container")}"
                    + (now is null ? "" : $": it writes {Printable.Of(now)}");
            }
        }

        foreach (var right in Rights(patched).Except(Rights(plain)))
        {
            yield return right;
        }

        if (Capabilities(plain, "drop").Except(Capabilities(patched, "drop")).Any())
        {
            yield return "gives the container capabilities back that the values drop";
        }

        var before = Capabilities(plain, "add");
        string[] added = before.Contains(Every) ? [] : [.. Capabilities(patched, "add").Except(before).Where(name => name != Bind)];
        if (added.Length > 0)
        {
            yield return $"adds {(added.Length == 1 ? "the capability" : "the capabilities")} {Printable.Of(string.Join(", ", added))} "
                + "to the container";
        }

        foreach (var right in Beside(plain, patched))
        {
            yield return right;
        }
    }

    /// <summary>Containers besides coredns that a patch adds; another rule checks those of the values.</summary>
    private static IEnumerable<string> Beside(DnsObjects plain, DnsObjects patched) =>
        from list in ContainerRules.Lists
        from container in patched.Pod.MappingsAt(list)
        where !ReferenceEquals(container, patched.Container)
        let name = container.TextAt("name")
        let before = plain.Pod.MappingsAt(list).FirstOrDefault(other => other.TextAt("name") == name)
        let rights = ContainerRights.Of(container).Except(before is null ? [] : ContainerRights.Of(before)).ToArray()
        where rights.Length > 0
        select $"{(before is null ? "adds" : "gives")} the container '{Printable.Of(name ?? "")}' ({list}) "
            + $"{(before is null ? "with " : "")}{string.Join(", ", rights)}";

    /// <summary>Rights that no value of the definition grants, each with its key.</summary>
    private static IEnumerable<string> Rights(DnsObjects objects)
    {
        if (Context(ofPod: false, objects)?.TextAt("privileged") == "true")
        {
            yield return "runs the container coredns with privileged: true, with the rights of root on the node";
        }

        foreach (var ofPod in new[] { true, false })
        {
            var owner = ofPod ? "pods" : "container";
            if (Context(ofPod, objects)?.TextAt("runAsUser") == "0")
            {
                yield return $"gives the {owner} runAsUser: 0, which is root";
            }

            if (Context(ofPod, objects)?.TextAt("seccompProfile", "type") == "Unconfined")
            {
                yield return $"gives the {owner} the seccompProfile Unconfined, with which no system call is forbidden";
            }
        }

        if (objects.Pod.TextAt("hostNetwork") == "true")
        {
            yield return "runs the DNS pods in the network of the node";
        }

        if (objects.Pod.TextAt("hostPID") == "true")
        {
            yield return "sets hostPID: true: the DNS pods see the processes of the node";
        }

        if (objects.Pod.TextAt("hostIPC") == "true")
        {
            yield return "sets hostIPC: true: the DNS pods share the memory of processes of the node";
        }

        if (objects.Pod.TextAt("shareProcessNamespace") == "true")
        {
            yield return "sets shareProcessNamespace: true: the containers of a DNS pod see each other's processes";
        }
    }

    /// <summary>Without the capability in the bounding set the kernel does not execute the binary (coredns#7435).</summary>
    public static IEnumerable<(string Problem, string Fix)> OfPort(DnsObjects plain, DnsObjects patched)
    {
        // If the values have no list, the chart's list stays, which has the capability.
        var charted = plain.Container?.At("securityContext", "capabilities", "add") is null;
        if (patched is { Deployment: not null, Container: not null } && Binds(plain, charted)
            && !Binds(patched, charted && patched.Container.At("securityContext", "capabilities", "add") is null))
        {
            yield return ($"takes the capability {Bind} from the container coredns: CoreDNS cannot bind port 53, and does not start",
                $"Write add: [{Bind}] beside drop: [{Every}], or delete this part of the patch.");
        }
    }

    private static bool Binds(DnsObjects objects, bool charted) => charted || Capabilities(objects, "add") is var added
        && (added.Contains(Bind) || added.Contains(Every) || Context(ofPod: false, objects)?.TextAt("privileged") == "true"
            || !Capabilities(objects, "drop").Any(name => name is Every or Bind));

    private static Mapping? Context(bool ofPod, DnsObjects objects) =>
        (ofPod ? objects.Pod["securityContext"] : objects.Container?["securityContext"]) as Mapping;

    private static string[] Capabilities(DnsObjects objects, string list) => ContainerRights.Capabilities(objects.Container, list);
}
