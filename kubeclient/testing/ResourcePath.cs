namespace PlatformGitOps.KubeClient.Testing;

/// <summary>The parts of a path such as <c>/apis/apps/v1/namespaces/shop/deployments/web/scale</c>.</summary>
public sealed record ResourcePath
{
    public required string Plural { get; init; }
    public string? Namespace { get; init; }
    public string? Name { get; init; }
    public string? Subresource { get; init; }

    public static ResourcePath? Parse(string path)
    {
        var parts = path.Trim('/').Split('/');
        var rest = parts switch
        {
            ["api", _, .. var core] => core,
            ["apis", _, _, .. var group] => group,
            _ => [],
        };
        return rest switch
        {
            ["namespaces", var ns, var plural, .. var item] => Item(plural, ns, item),
            [var plural, .. var item] => Item(plural, null, item),
            _ => null,
        };
    }

    private static ResourcePath Item(string plural, string? ns, string[] item) => new()
    {
        Plural = plural,
        Namespace = ns,
        Name = item.Length > 0 ? Uri.UnescapeDataString(item[0]) : null,
        Subresource = item.Length > 1 ? string.Join('/', item[1..]) : null,
    };
}
