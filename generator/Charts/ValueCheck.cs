using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Charts;

/// <summary>Holds values against the shape that a chart expects.</summary>
public static class ValueCheck
{
    public static IEnumerable<ValueProblem> Check(Node values, ValueShape shape, string path = "")
    {
        switch (shape, values)
        {
            case (_, Scalar scalar) when ValueTypes.IsNull(scalar):
            case (ValueShape.Any, _):
            case (ValueShape.Leaf leaf, Scalar good) when leaf.Accepts(good):
                return [];
            case (ValueShape.Leaf leaf, _):
                return [Mismatch(path, values, leaf.Expected)];
            case (ValueShape.Keys keys, Mapping mapping):
                return mapping.Entries.SelectMany(entry => keys.Known.TryGetValue(entry.Key, out var known)
                    ? Check(entry.Value, known, Join(path, entry.Key))
                    : [new ValueProblem(Join(path, entry.Key), entry.Value, entry.KeyPosition, null, [.. keys.Known.Keys])]);
            case (ValueShape.Free free, Mapping mapping):
                return mapping.Entries.SelectMany(entry => Check(entry.Value, free.Value, Join(path, entry.Key)));
            case (ValueShape.List list, Sequence sequence):
                return sequence.Items.SelectMany((item, index) => Check(item, list.Item, $"{path}[{index}]"));
            default:
                return [Mismatch(path, values, shape is ValueShape.List ? "a list" : "a mapping")];
        }
    }

    private static ValueProblem Mismatch(string path, Node node, string expected) => new(path, node, node.Position, expected, []);

    private static string Join(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";
}
