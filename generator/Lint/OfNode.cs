using System.Runtime.CompilerServices;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Lint;

/// <summary>
/// What follows from one node alone, found out once: clusters share most of their objects, and those that differ share most of their
/// parts.
/// </summary>
internal sealed class OfNode<T>(Func<Node, T> find)
    where T : class
{
    // Of objects: trimming asks for a constructor of any other type.
    private readonly ConditionalWeakTable<Node, object> known = [];
    private readonly ConditionalWeakTable<Node, object>.CreateValueCallback create = new(find);

    public T Of(Node node) => (T)known.GetValue(node, create);
}
