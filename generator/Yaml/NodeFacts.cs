namespace PlatformGitOps.Generator.Yaml;

/// <summary>
/// A cached fact about nodes, stored in the node itself: the garbage collector would walk a table of weak references each time. Clusters
/// share most of their objects, and different objects share most of their parts.
/// </summary>
internal sealed class NodeFact<T>
    where T : class
{
    /// <summary>A fact that depends on the node only; computed once.</summary>
    public T Of<TNode>(TNode node, Func<TNode, T> find)
        where TNode : Node => Known(node) ?? Keep(node, find(node));

    /// <summary>The stored fact; null if absent.</summary>
    public T? Known(Node node) => (T?)node.Facts.Of(this)?.Value;

    /// <summary>Replaces the stored fact.</summary>
    public T Keep(Node node, T value)
    {
        node.Facts.Keep(this, value);
        return value;
    }
}

/// <summary>The stored facts of one node. They are not part of the node's value: any two are equal.</summary>
internal struct NodeFacts : IEquatable<NodeFacts>
{
    private Fact? first;

    public readonly Fact? Of(object about)
    {
        var fact = first;
        while (fact is not null && fact.About != about)
        {
            fact = fact.Next;
        }

        return fact;
    }

    /// <summary>Several threads check clusters: the first fact is exchanged atomically, and a fact's value is one reference.</summary>
    public void Keep(object about, object value)
    {
        Fact? seen;
        do
        {
            seen = Volatile.Read(ref first);
            if (Of(about) is { } known)
            {
                known.Value = value;
                return;
            }
        }
        while (Interlocked.CompareExchange(ref first, new Fact(about, value, seen), seen) != seen);
    }

    public readonly bool Equals(NodeFacts other) => true;

    public override readonly bool Equals(object? obj) => obj is NodeFacts;

    public override readonly int GetHashCode() => 0;

    internal sealed class Fact(object about, object value, Fact? next)
    {
        public object About => about;

        public Fact? Next => next;

        public object Value { get; set; } = value;
    }
}
