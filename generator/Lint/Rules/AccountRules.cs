using System.Collections.Immutable;
using PlatformGitOps.Generator.Emission;
using PlatformGitOps.Generator.Findings;
using PlatformGitOps.Generator.Flux;
using PlatformGitOps.Generator.Yaml;

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

    private static IEnumerable<Finding> Check(ClusterView cluster) =>
        from layer in cluster.Layers
        where layer is { IsForeign: false, IsRemote: false }
        let account = layer.Kustomization.Body.TextAt("spec", "serviceAccountName")
        where account is not null
        let granted = Of(cluster, account, layer.Kustomization.Namespace).ToArray()
        where granted.Any(grant => grant.Role == Impersonation.Role)
        let refused = layer.Applied.Where(resource => !granted.Any(grant => grant.Allows(resource)) && IsPlaced(resource)).ToArray()
        where refused.Length > 0
        select Report.At(refused[0], ["metadata", refused[0].Namespace.Length > 0 ? "namespace" : "name"], Rights,
            $"{layer.Name} acts as the ServiceAccount {account}, which may not write {refused[0].Id.Spoken}"
                + $"{(refused.Length == 1 ? "" : $" and {refused.Length - 1} more of its objects")}: Flux is refused for the whole layer.",
            "Let a Flux Kustomization of your own in flux-system deliver them, with an account that may; or give this one the rights with "
                + "kubectl, and keep the finding back (lint.ignore).");

    /// <summary>False where the scope of a kind, or the namespace, is decided elsewhere.</summary>
    private static bool IsPlaced(Manifest resource) => resource.Namespace.Length > 0 || resource.IsClusterScoped;

    /// <summary>What the bindings of the tree give to an account.</summary>
    private static IEnumerable<Grant> Of(ClusterView cluster, string account, string @namespace) =>
        from binding in cluster.Applied
        where binding is { Kind: "RoleBinding" or "ClusterRoleBinding", Group: "rbac.authorization.k8s.io" }
            && binding.Body.MappingsAt("subjects").Any(subject => subject.TextAt("kind") == "ServiceAccount"
                && subject.TextAt("name") == account && subject.TextAt("namespace") == @namespace)
        let kind = binding.Body.TextAt("roleRef", "kind")
        let name = binding.Body.TextAt("roleRef", "name") ?? ""
        let role = cluster.Find(kind ?? "", kind == "Role" ? binding.Namespace : "", name)
        where role is not null
        from rule in role.Body.MappingsAt("rules")
        select new Grant(name, binding.Kind == "RoleBinding" ? binding.Namespace : null, Texts(rule, "apiGroups"), Texts(rule, "resources"),
            Texts(rule, "verbs"), Texts(rule, "resourceNames"));

    private static ImmutableArray<string> Texts(Mapping rule, string key) =>
        [.. rule.ItemsAt(key).OfType<Scalar>().Select(item => item.Value)];

    /// <summary>The name of a kind in rules of rights.</summary>
    private static string Plural(string kind) => kind.ToLowerInvariant() switch
    {
        "endpoints" => "endpoints",
        var word when word is [.., 's' or 'x'] or [.., 'c' or 's', 'h'] => word + "es",
        var word when word is [.., not ('a' or 'e' or 'o' or 'u'), 'y'] => word[..^1] + "ies",
        var word => word + "s",
    };

    private sealed record Grant(
        string Role, string? Namespace, ImmutableArray<string> Groups, ImmutableArray<string> Resources, ImmutableArray<string> Verbs,
        ImmutableArray<string> Names)
    {
        public bool Allows(Manifest resource) => (Namespace is null || Namespace == resource.Namespace)
            && Has(Groups, resource.Group) && Has(Resources, Plural(resource.Kind)) && Needed.All(verb => Has(Verbs, verb))
            && (Names.IsEmpty || Names.Contains(resource.Name));

        private static bool Has(ImmutableArray<string> words, string word) => words.Contains("*") || words.Contains(word);
    }
}
