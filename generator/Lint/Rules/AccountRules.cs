namespace PlatformGitOps.Generator.Lint.Rules;

/// <summary>
/// The ServiceAccount of <c>flux.serviceAccountName</c> and the rights that the tree gives to it. An account of another author may have
/// rights that the tree does not show.
/// </summary>
internal static class AccountRules
{
    private const string Rights = "account-without-rights";

    public static readonly LintRule Rule = LintRule.Of("account", Check,
        (Rights, "Flux acts as the ServiceAccount of `flux.serviceAccountName`, which may not write an object: it is refused for the whole "
            + "layer."));

    /// <summary>Flux applies with server-side apply: a patch, which creates what is not there.</summary>
    private static readonly string[] Needed = ["create", "patch"];

    /// <summary>The kinds of the core API that a tree is likely to have; of others only a definition in the tree says the plural.</summary>
    private static readonly Dictionary<string, string> Core = new(StringComparer.Ordinal)
    {
        ["ConfigMap"] = "configmaps",
        ["Endpoints"] = "endpoints",
        ["LimitRange"] = "limitranges",
        ["Namespace"] = "namespaces",
        ["PersistentVolume"] = "persistentvolumes",
        ["PersistentVolumeClaim"] = "persistentvolumeclaims",
        ["Pod"] = "pods",
        ["ResourceQuota"] = "resourcequotas",
        ["Secret"] = "secrets",
        ["Service"] = "services",
        ["ServiceAccount"] = "serviceaccounts",
        ["ClusterRole"] = "clusterroles",
        ["ClusterRoleBinding"] = "clusterrolebindings",
        ["Role"] = "roles",
        ["RoleBinding"] = "rolebindings",
        ["CronJob"] = "cronjobs",
        ["DaemonSet"] = "daemonsets",
        ["Deployment"] = "deployments",
        ["Job"] = "jobs",
        ["ReplicaSet"] = "replicasets",
        ["StatefulSet"] = "statefulsets",
        ["CustomResourceDefinition"] = "customresourcedefinitions",
        ["HorizontalPodAutoscaler"] = "horizontalpodautoscalers",
        ["Ingress"] = "ingresses",
        ["IngressClass"] = "ingressclasses",
        ["NetworkPolicy"] = "networkpolicies",
        ["PodDisruptionBudget"] = "poddisruptionbudgets",
        ["PriorityClass"] = "priorityclasses",
        ["StorageClass"] = "storageclasses",
        ["MutatingWebhookConfiguration"] = "mutatingwebhookconfigurations",
        ["ValidatingWebhookConfiguration"] = "validatingwebhookconfigurations",
        ["ValidatingAdmissionPolicy"] = "validatingadmissionpolicies",
        ["ValidatingAdmissionPolicyBinding"] = "validatingadmissionpolicybindings",
    };

    private static IEnumerable<Finding> Check(ClusterView cluster)
    {
        foreach (var layer in cluster.Layers.Where(layer => layer is { IsForeign: false, IsRemote: false }))
        {
            if (layer.Kustomization.Body.TextAt("spec", "serviceAccountName") is not { } account
                || Of(cluster, account, layer.Kustomization.Namespace) is not { } granted
                || !granted.Any(grant => grant.Role == Impersonation.Role))
            {
                continue;
            }

            var refused = layer.Applied.Where(resource => IsPlaced(resource) && Plural(cluster, resource) is var plural
                && !granted.Any(grant => grant.Allows(resource, plural))).ToArray();
            if (refused.Length > 0)
            {
                yield return Report.At(refused[0], ["metadata", refused[0].Namespace.Length > 0 ? "namespace" : "name"], Rights,
                    $"{layer.Name} acts as the ServiceAccount {account}, which may not write {refused[0].Id.Spoken}"
                        + $"{(refused.Length == 1 ? "" : $" and {refused.Length - 1} more of its objects")}: Flux is refused for the whole "
                        + "layer.",
                    "Let a Flux Kustomization of your own in flux-system deliver them, with an account that may; or give this one the "
                        + "rights with kubectl, and keep the finding back (lint.ignore).");
            }
        }
    }

    /// <summary>False where the scope of a kind, or the namespace, is decided elsewhere.</summary>
    private static bool IsPlaced(Manifest resource) => resource.Namespace.Length > 0 || resource.IsClusterScoped;

    /// <summary>
    /// What the bindings of the tree give to an account; null where a role of one of them is not in the tree, or the cluster fills it.
    /// </summary>
    private static Grant[]? Of(ClusterView cluster, string account, string @namespace)
    {
        var granted = new List<Grant>();
        foreach (var binding in cluster.Applied.Where(binding =>
            binding is { Kind: "RoleBinding" or "ClusterRoleBinding", Group: "rbac.authorization.k8s.io" }
            && binding.Body.MappingsAt("subjects").Any(subject => Names(subject, account, @namespace))))
        {
            var kind = binding.Body.TextAt("roleRef", "kind");
            var name = binding.Body.TextAt("roleRef", "name") ?? "";
            if (cluster.Find(kind ?? "", kind == "Role" ? binding.Namespace : "", name) is not { } role
                || role.Body.At("aggregationRule") is not null)
            {
                return null;
            }

            granted.AddRange(role.Body.MappingsAt("rules").Select(rule => new Grant(name,
                binding.Kind == "RoleBinding" ? binding.Namespace : null, Texts(rule, "apiGroups"), Texts(rule, "resources"),
                Texts(rule, "verbs"), Texts(rule, "resourceNames"))));
        }

        return [.. granted];
    }

    /// <summary>Whether a subject is an account: itself, the user that it is for the API server, or a group that it is in.</summary>
    private static bool Names(Mapping subject, string account, string @namespace) => (subject.TextAt("kind"), subject.TextAt("name")) switch
    {
        ("ServiceAccount", var name) => name == account && subject.TextAt("namespace") == @namespace,
        ("User", var name) => name == $"system:serviceaccount:{@namespace}:{account}",
        ("Group", var name) => name is "system:serviceaccounts" or "system:authenticated"
            || name == $"system:serviceaccounts:{@namespace}",
        _ => false,
    };

    private static ImmutableArray<string> Texts(Mapping rule, string key) =>
        [.. rule.ItemsAt(key).OfType<Scalar>().Select(item => item.Value)];

    /// <summary>The name of a kind in rules of rights; null where it is not known.</summary>
    private static string? Plural(ClusterView cluster, Manifest resource) =>
        cluster.Applied.FirstOrDefault(definition => definition.Kind == "CustomResourceDefinition"
            && definition.Body.TextAt("spec", "group") == resource.Group
            && definition.Body.TextAt("spec", "names", "kind") == resource.Kind)?.Body.TextAt("spec", "names", "plural")
        ?? (resource.IsCustom ? null : Core.GetValueOrDefault(resource.Kind));

    private sealed record Grant(
        string Role, string? Namespace, ImmutableArray<string> Groups, ImmutableArray<string> Resources, ImmutableArray<string> Verbs,
        ImmutableArray<string> Names)
    {
        /// <param name="resource">What is written.</param>
        /// <param name="plural">The name of its kind; null where it is not known, so that it may be any of the rule.</param>
        public bool Allows(Manifest resource, string? plural) => (Namespace is null || Namespace == resource.Namespace)
            && Has(Groups, resource.Group) && (plural is null || Has(Resources, plural)) && Needed.All(verb => Has(Verbs, verb))
            && (Names.IsEmpty || Names.Contains(resource.Name));

        private static bool Has(ImmutableArray<string> words, string word) => words.Contains("*") || words.Contains(word);
    }
}
