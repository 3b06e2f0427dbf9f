namespace PlatformGitOps.Generator.ChartReading;

/// <summary>A value of the chart: typed, or a mapping of values.</summary>
internal sealed record ChartValue
{
    public string Name { get; init; } = "";

    public Node? Type { get; init; }

    public ImmutableArray<VersionRange> Ranges { get; init; } = [];

    public List<ChartValue> Children { get; init; } = [];

    /// <summary>The paths of its leaves, including those inside of a named type.</summary>
    public IEnumerable<string> Paths(Dictionary<string, Node> types, string above) => Type switch
    {
        null => Children.SelectMany(child => child.Paths(types, above.Length == 0 ? child.Name : $"{above}.{child.Name}")),
        Scalar { Value: var type } when types.TryGetValue(type, out var named) && named is Mapping mapping =>
            mapping.Entries.Select(entry => $"{above}.{entry.Key}"),
        _ => [above],
    };

    public void Add(ReadOnlySpan<string> path, string type)
    {
        var name = path[0];
        var child = Children.Find(child => child.Name == name);
        if (path.Length == 1)
        {
            Children.Add(new ChartValue { Name = name, Type = new Scalar(type) });
            return;
        }

        if (child is null)
        {
            Children.Add(child = new ChartValue { Name = name });
        }

        child.Add(path[1..], type);
    }

    public void Write(
        StringBuilder lines, string indent, IReadOnlyList<SemVer> releases, Func<string, SemVer, bool?> isRead, string above = "")
    {
        foreach (var child in Children)
        {
            var path = above.Length == 0 ? child.Name : $"{above}.{child.Name}";
            if (child.Type is null)
            {
                var inner = new StringBuilder();
                child.Write(inner, "", releases, isRead, path);
                var flow = $"{indent}{child.Name}: {{ {inner.ToString().TrimEnd().Replace("\n", ", ")} }}\n";
                if (flow.Length <= ChartData.LongestLine && child.Children.All(grandchild => grandchild.Type is not null))
                {
                    lines.Append(flow);
                    continue;
                }

                lines.Append($"{indent}{child.Name}:\n");
                child.Write(lines, indent + "  ", releases, isRead, path);
                continue;
            }

            foreach (var range in VersionRange.Of(child.Name, releases, version => isRead(path, version)
                ?? (child.Ranges.IsEmpty ? false : child.Ranges.Any(range => range.Includes(version)))))
            {
                lines.Append($"{indent}{range}: {ChartData.Flow(child.Type)}\n");
            }
        }
    }
}
