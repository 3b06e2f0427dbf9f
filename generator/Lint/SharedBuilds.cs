using PlatformGitOps.Generator.Flux.Kustomize;

namespace PlatformGitOps.Generator.Lint;

/// <summary>
/// Flux Kustomizations that add the same to a folder share its build, and additions have the positions of the first one. This finds the
/// positions in the files of one cluster.
/// </summary>
internal sealed class SharedBuilds(ClusterView view)
{
    private readonly Lazy<Pair[]> pairs = new(() =>
        [.. view.Layers.SelectMany(Pairs).Where(pair => pair.First != Position.None)]);

    /// <summary>Moves a finding into the cluster's own file.</summary>
    public Finding Own(Finding finding)
    {
        var (file, position) = Own(finding.File, finding.Position);
        return file == finding.File ? finding : finding with { File = file, Position = position };
    }

    /// <summary>Moves a position into the cluster's own file.</summary>
    public (string File, Position Position) Own(string file, Position position)
    {
        var others = pairs.Value.Where(pair => pair.FirstFile == file).ToArray();
        if (others.Length == 0 || pairs.Value.Any(pair => pair.OwnFile == file))
        {
            return (file, position);
        }

        if (others.FirstOrDefault(pair => pair.First == position) is { } same)
        {
            return (same.OwnFile, same.Own);
        }

        // Within a text, which is the same in both files: at the same distance from its key.
        var key = others.Where(pair => pair.IsKey && InOrder(pair.First).CompareTo(InOrder(position)) <= 0)
            .MaxBy(pair => InOrder(pair.First));
        return key is null ? (others[0].OwnFile, Position.None) : (key.OwnFile, new Position(
            position.Line + key.Own.Line - key.First.Line, position.Column + key.Own.Column - key.First.Column));
    }

    private static IEnumerable<Pair> Pairs(Layer layer) => layer.Folder is not { } folder ? []
        : Pairs(layer.BuiltWith, BuildRequest.Of(folder, layer.Kustomization.Body["spec"] as Mapping).Spec);

    /// <summary>Pairs the nodes and keys of both, which differ only in their positions.</summary>
    private static IEnumerable<Pair> Pairs(Node first, Node own)
    {
        var below = (first, own) switch
        {
            (Mapping one, Mapping two) => one.Zip(two).SelectMany(entry => Pairs(entry.First.Value, entry.Second.Value).Prepend(
                new Pair(entry.First.Value.File, entry.First.KeyPosition, entry.Second.Value.File, entry.Second.KeyPosition, IsKey: true))),
            (Sequence one, Sequence two) => one.Items.Zip(two.Items).SelectMany(item => Pairs(item.First, item.Second)),
            _ => [],
        };
        return below.Prepend(new Pair(first.File, first.Position, own.File, own.Position, IsKey: false));
    }

    private static (int Line, int Column) InOrder(Position position) => (position.Line, position.Column);

    private sealed record Pair(string FirstFile, Position First, string OwnFile, Position Own, bool IsKey);
}
