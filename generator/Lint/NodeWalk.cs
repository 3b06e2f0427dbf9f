using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Lint;

/// <summary>Everything that is written in a node.</summary>
internal static class NodeWalk
{
    /// <summary>Every scalar, and every key as one.</summary>
    public static IEnumerable<Scalar> Scalars(this Node node) => node switch
    {
        Mapping mapping => mapping.Entries.SelectMany(entry =>
            entry.Value.Scalars().Append(new Scalar(entry.Key) { Position = entry.KeyPosition, File = entry.Value.File })),
        Sequence sequence => sequence.Items.SelectMany(Scalars),
        _ => [(Scalar)node],
    };
}
