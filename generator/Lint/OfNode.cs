namespace PlatformGitOps.Generator.Lint;

/// <summary>
/// What follows from one node alone, found out once: clusters share most of their objects, and those that differ share most of their
/// parts.
/// </summary>
internal sealed class OfNode<T>(Func<Node, T> find)
    where T : class
{
    private readonly NodeFact<T> known = new();

    public T Of(Node node) => known.Known(node) ?? known.Keep(node, find(node));
}
