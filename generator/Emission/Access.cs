namespace PlatformGitOps.Generator.Emission;

/// <summary>ServiceAccounts of pods and their RBAC objects.</summary>
internal static class Access
{
    private const string Group = "rbac.authorization.k8s.io";

    /// <summary>A ServiceAccount, with or without an automounted token.</summary>
    public static Mapping Account(Mapping metadata, bool hasToken = true) => new()
    {
        { "apiVersion", "v1" },
        { "kind", "ServiceAccount" },
        { "metadata", metadata },
        { "automountServiceAccountToken", hasToken ? null : (Node)false },
    };

    /// <summary>A Role or a ClusterRole with rules.</summary>
    public static Mapping Role(string kind, Mapping metadata, params IEnumerable<Mapping> rules) => new()
    {
        { "apiVersion", $"{Group}/v1" },
        { "kind", kind },
        { "metadata", metadata },
        { "rules", Sequence.Of(rules) },
    };

    /// <summary>Binds the role with the metadata's name to accounts, each with its namespace.</summary>
    public static Mapping Binding(string kind, Mapping metadata, params IEnumerable<(string Name, string Namespace)> accounts) => new()
    {
        { "apiVersion", $"{Group}/v1" },
        { "kind", $"{kind}Binding" },
        { "metadata", metadata },
        { "roleRef", new Mapping { { "apiGroup", Group }, { "kind", kind }, { "name", metadata.TextAt("name") } } },
        { "subjects", Sequence.Of(accounts.Select(account => new Mapping
            {
                { "kind", "ServiceAccount" },
                { "name", account.Name },
                { "namespace", account.Namespace },
            }))
        },
    };

    /// <summary>A rule of a role.</summary>
    /// <param name="groups">The API groups; the core group is the empty text.</param>
    /// <param name="resources">Plural resource names, or subresources such as <c>pods/status</c>.</param>
    /// <param name="verbs">The allowed verbs.</param>
    public static Mapping Rule(IEnumerable<string> groups, IEnumerable<string> resources, IEnumerable<string> verbs) => new()
    {
        { "apiGroups", Resources.Texts(groups) },
        { "resources", Resources.Texts(resources) },
        { "verbs", Resources.Texts(verbs) },
    };
}
