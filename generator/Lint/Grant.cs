namespace PlatformGitOps.Generator.Lint;

/// <summary>A rule of an account's role.</summary>
/// <param name="Role">The role's name.</param>
/// <param name="Namespace">The namespace in which it is valid; null for the whole cluster.</param>
internal sealed record Grant(string Role, string? Namespace)
{
    /// <summary>All rights.</summary>
    public static readonly Grant Everything = new("", null)
    {
        Verbs = ["*"],
        Groups = ["*"],
        Resources = ["*"],
    };

    public required ImmutableArray<string> Verbs { get; init; }

    public ImmutableArray<string> Groups { get; init; } = [];

    public ImmutableArray<string> Resources { get; init; } = [];

    /// <summary>The names of objects; empty for all.</summary>
    public ImmutableArray<string> Names { get; init; } = [];

    /// <summary>Paths of the API server that are not resources.</summary>
    public ImmutableArray<string> Urls { get; init; } = [];

    /// <summary>For messages about a single right.</summary>
    public string Title => string.Join(' ', Verbs.Concat(Resources).Concat(Urls).Concat(Names));

    public static Grant Of(Mapping rule, string role, string? @namespace) => new(role, @namespace)
    {
        Verbs = Texts(rule, "verbs"),
        Groups = Texts(rule, "apiGroups"),
        Resources = Texts(rule, "resources"),
        Names = Texts(rule, "resourceNames"),
        Urls = Texts(rule, "nonResourceURLs"),
    };

    /// <param name="scope">The namespace of the object; empty for the cluster.</param>
    /// <param name="group">The group of the object.</param>
    /// <param name="plural">The plural name of its kind; null if unknown, so that it may be any in the rule.</param>
    /// <param name="name">The name of the object.</param>
    /// <param name="verbs">All verbs that are needed.</param>
    public bool Allows(string scope, string group, string? plural, string name, string[] verbs) => HoldsIn(scope) && Has(Groups, group)
        && (plural is null || Has(Resources, plural)) && Array.TrueForAll(verbs, verb => Has(Verbs, verb))
        && (Names.IsEmpty || Names.Contains(name));

    /// <summary>The rights of the rule, one by one.</summary>
    public IEnumerable<Grant> Single() =>
        (from verb in Verbs
         from @group in Groups
         from resource in Resources
         from name in Names.IsEmpty ? [null] : Names.AsEnumerable<string?>()
         select this with { Verbs = [verb], Groups = [@group], Resources = [resource], Names = name is null ? [] : [name], Urls = [] })
        .Concat(from verb in Verbs
                from url in Urls
                select this with { Verbs = [verb], Groups = [], Resources = [], Names = [], Urls = [url] });

    /// <summary>True if this rule includes a single right.</summary>
    /// <param name="single">One of <see cref="Single"/>.</param>
    /// <param name="scope">The scope of the right: a namespace, or empty for the cluster.</param>
    public bool Covers(Grant single, string scope) => HoldsIn(scope) && Has(Verbs, single.Verbs[0])
        && (single.Urls is [var url]
            ? Urls.Any(own => own == url || (own.EndsWith('*') && url.StartsWith(own[..^1], StringComparison.Ordinal)))
            : Has(Groups, single.Groups[0]) && HasResource(single.Resources[0])
                && (Names.IsEmpty || (single.Names is [var name] && Names.Contains(name))));

    private bool HoldsIn(string scope) => Namespace is null || Namespace == scope;

    private bool HasResource(string resource) => Has(Resources, resource)
        || (resource.IndexOf('/', StringComparison.Ordinal) is var slash and > 0 && Resources.Contains($"*{resource[slash..]}"));

    private static bool Has(ImmutableArray<string> words, string word) => words.Contains("*") || words.Contains(word);

    private static ImmutableArray<string> Texts(Mapping rule, string key) =>
        [.. rule.ItemsAt(key).OfType<Scalar>().Select(item => item.Value)];
}
