namespace PlatformGitOps.Generator.Lint.Rules;

/// <summary>
/// The ServiceAccount of <c>flux.serviceAccountName</c> and its rights in the tree. A foreign account may have rights that the tree does
/// not show.
/// </summary>
internal static class AccountRules
{
    private const string Rights = "account-without-rights";

    public static readonly LintRule Rule = LintRule.Of("account", Check,
        (Rights, "Flux acts as the ServiceAccount of `flux.serviceAccountName`, which may not write an object: it is refused for the whole "
            + "layer."));

    private const string Rbac = "rbac.authorization.k8s.io";

    /// <summary>Flux uses server-side apply: a patch, which creates missing objects.</summary>
    private static readonly string[] Needed = ["create", "patch"];

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

            var refused = layer.Applied.Select(resource => (Resource: resource, Lacks: Lacking(cluster, resource, granted)))
                .Where(pair => pair.Lacks is not null).ToArray();
            if (refused is [var (first, lacks), ..])
            {
                yield return Report.At(first, ["metadata", first.Namespace.Length > 0 ? "namespace" : "name"], Rights,
                    $"{layer.Name} acts as the ServiceAccount {account}, which may not {lacks}: Flux is refused for the whole layer."
                        + (refused.Length == 1 ? "" : $" The same holds for {refused.Length - 1} more of its objects."),
                    "Let a Flux Kustomization of your own in flux-system deliver what it may not, with an account that may; or give this "
                        + "one the rights with kubectl, and keep the finding back (lint.ignore).");
            }
        }
    }

    /// <summary>What an account may not do with an object, after the words "may not"; null if it may, or if that is unknown.</summary>
    private static string? Lacking(ClusterView cluster, Manifest resource, Grant[] granted) =>
        KnownKinds.ScopeOf(cluster, resource) is not { } scope ? null
        : KnownKinds.PluralOf(cluster, resource) is var plural
            && !Array.Exists(granted, grant => grant.Allows(scope, resource.Group, plural, resource.Name, Needed))
            ? $"write {resource.Id.Title}"
        : resource is { Group: Rbac, Kind: "Role" or "ClusterRole" } ? NotGiven(resource, "escalate", resource.Kind, resource.Name,
            RulesOf(resource), scope, granted)
        : resource is { Group: Rbac, Kind: "RoleBinding" or "ClusterRoleBinding" }
            && (resource.Body.TextAt("roleRef", "kind"), resource.Body.TextAt("roleRef", "name")) is ({ } kind, { } name)
            && BoundRules(cluster, resource, kind, name) is { } rules ? NotGiven(resource, "bind", kind, name, rules, scope, granted)
        : null;

    /// <summary>
    /// The API server only allows to grant rights that one has, or with special verbs on the role (Kubernetes, Using RBAC Authorization,
    /// "Privilege escalation prevention and bootstrapping").
    /// </summary>
    private static string? NotGiven(
        Manifest resource, string verb, string kind, string name, IEnumerable<Grant> rules, string scope, Grant[] granted) =>
        Array.Exists(granted, grant => grant.Allows(scope, Rbac, kind == "Role" ? "roles" : "clusterroles", name, [verb])) ? null
        : rules.SelectMany(rule => rule.Single()).FirstOrDefault(single => !Array.Exists(granted, grant => grant.Covers(single, scope)))
            is not { } missing ? null
        : $"give '{missing.Title}' by {resource.Id.Title}, as it neither has that right nor the verb {verb} for {kind} {name}";

    /// <summary>The rules of a binding's role; null if unknown.</summary>
    private static IEnumerable<Grant>? BoundRules(ClusterView cluster, Manifest binding, string kind, string name) =>
        cluster.Find(kind, kind == "Role" ? binding.Namespace : "", name) is { } role
            ? role.Body.At("aggregationRule") is null ? RulesOf(role) : null
        : (kind, name) is ("ClusterRole", "cluster-admin") ? [Grant.Everything] : null;

    /// <summary>Writing an aggregated role grants the rights of roles that are unknown here, so all rights count.</summary>
    private static IEnumerable<Grant> RulesOf(Manifest role) => role.Body.At("aggregationRule") is not null ? [Grant.Everything]
        : role.Body.MappingsAt("rules").Select(rule => Grant.Of(rule, role.Name, null));

    /// <summary>
    /// The rights that the tree's bindings give to an account; null if one of their roles is not in the tree, or is aggregated.
    /// </summary>
    private static Grant[]? Of(ClusterView cluster, string account, string @namespace)
    {
        var granted = new List<Grant>();
        foreach (var binding in cluster.Applied.Where(binding =>
            binding is { Kind: "RoleBinding" or "ClusterRoleBinding", Group: Rbac }
            && binding.Body.MappingsAt("subjects").Any(subject => Names(subject, account, @namespace))))
        {
            var kind = binding.Body.TextAt("roleRef", "kind");
            var name = binding.Body.TextAt("roleRef", "name") ?? "";
            if (cluster.Find(kind ?? "", kind == "Role" ? binding.Namespace : "", name) is not { } role
                || role.Body.At("aggregationRule") is not null)
            {
                return null;
            }

            granted.AddRange(role.Body.MappingsAt("rules").Select(rule =>
                Grant.Of(rule, name, binding.Kind == "RoleBinding" ? binding.Namespace : null)));
        }

        return [.. granted];
    }

    /// <summary>True if a subject is the account: itself, its user name in the API server, or one of its groups.</summary>
    internal static bool Names(Mapping subject, string account, string @namespace) => (subject.TextAt("kind"), subject.TextAt("name"))
    switch
    {
        ("ServiceAccount", var name) => name == account && subject.TextAt("namespace") == @namespace,
        ("User", var name) => name == $"system:serviceaccount:{@namespace}:{account}",
        ("Group", var name) => name is "system:serviceaccounts" or "system:authenticated"
            || name == $"system:serviceaccounts:{@namespace}",
        _ => false,
    };
}
