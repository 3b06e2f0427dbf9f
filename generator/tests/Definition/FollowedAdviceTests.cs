namespace PlatformGitOps.Generator.Tests.Definition;

/// <summary>Whoever does what a message says does not get another one at the same place.</summary>
public sealed partial class FollowedAdviceTests
{
    private const string Wrong = " # wrong: ";

    private static readonly string[] Kinds = ["invalid", "mistakes"];

    private static IEnumerable<TestCaseData> Definitions() => Kinds.SelectMany(kind => Fixtures.Names(kind)
        .Select(name => new TestCaseData(Path.Combine(Fixtures.Folder, kind, $"{name}.yaml")).SetArgDisplayNames(name)));

    [TestCaseSource(nameof(Definitions))]
    public void What_a_message_says_to_write_is_taken_there(string file) =>
        Followed(file).Where(followed => followed.Left.Length > 0)
            .Select(followed => $"{followed.Advice}\n{followed.Left}").ShouldBeEmpty();

    /// <summary>The forms of an advice that are followed, each in some fixture.</summary>
    [Test]
    public void Each_form_of_advice_is_followed_somewhere()
    {
        var followed = Definitions().SelectMany(definition => Followed((string)definition.Arguments[0]!))
            .Select(done => done.Form).ToHashSet();

        Enum.GetValues<Form>().Where(form => !followed.Contains(form)).ShouldBeEmpty();
    }

    private enum Form
    {
        Value,
        Name,
        Entry,
        Mapping,
        List,
        Items,
        Added,
        Renamed,
        Moved,
    }

    private sealed record FollowedAdvice(string Advice, Form Form, string Left);

    private static IEnumerable<FollowedAdvice> Followed(string file)
    {
        var text = string.Join('\n', File.ReadLines(file).Select(line => line.Split(Wrong)[0]));
        if (YamlReader.Read("platform.yaml", text, YamlOptions.Default) is not { Findings.IsEmpty: true, Documents: [Mapping root] }
            || Read(text) is not PlatformReading.Invalid { Findings: var findings })
        {
            yield break;
        }

        foreach (var finding in findings)
        {
            foreach (var (form, changed, path) in Changes(root, finding))
            {
                var written = YamlWriter.WriteFragment(changed);
                yield return new FollowedAdvice($"{finding}", form, string.Join('\n', Read(written) is PlatformReading.Invalid still
                    ? still.Findings.Where(left => IsAt(written, path, form, left, finding)).Select(left => $"  now: {left}") : []));
            }
        }

        PlatformReading Read(string definition) => PlatformText.Read("platform.yaml", Encoding.UTF8.GetBytes(definition), beside =>
            Path.Combine(Path.GetDirectoryName(file)!, beside) is var whole && File.Exists(whole) ? File.ReadAllBytes(whole) : null);
    }

    /// <summary>
    /// A name may be taken, a key that is known now has the type that it was written with, and what goes below a key may be wrong itself.
    /// </summary>
    private static bool IsAt(string written, string[] path, Form form, Finding left, Finding before)
    {
        var root = (Mapping)YamlReader.Read("platform.yaml", written, YamlOptions.Default).Documents[0];
        return left.Rule == before.Rule ? Below(root, path).Contains(left.Position)
            : form is not (Form.Name or Form.Renamed or Form.Moved) && At(root, path)?.Position == left.Position;
    }

    /// <summary>The places of a node and of all that is in it.</summary>
    private static IEnumerable<Position> Below(Node root, string[] path)
    {
        var node = root;
        foreach (var key in path)
        {
            var entry = (node as Mapping)?.Entries.FirstOrDefault(other => other.Key == key);
            if (entry is not null && ReferenceEquals(key, path[^1]))
            {
                yield return entry.KeyPosition;
            }

            node = entry?.Value ?? (node as Sequence)!.Items[int.Parse(key, CultureInfo.InvariantCulture)];
        }

        foreach (var position in All(node))
        {
            yield return position;
        }

        static IEnumerable<Position> All(Node node) => node switch
        {
            Mapping mapping => mapping.SelectMany(entry => All(entry.Value).Prepend(entry.KeyPosition)).Prepend(node.Position),
            Sequence sequence => sequence.Items.SelectMany(All).Prepend(node.Position),
            _ => [node.Position],
        };
    }

    /// <summary>The definition after each thing that the advice says, with the place that was changed.</summary>
    private static IEnumerable<(Form Form, Mapping Changed, string[] Path)> Changes(Mapping root, Finding finding)
    {
        if (PlaceOf(root, finding.Position) is not { } place)
        {
            yield break;
        }

        var (path, name) = (place.Path, place.Path.LastOrDefault() ?? "");
        var (isKey, fix) = (place.IsKey, finding.Fix);
        if (!isKey && At(root, path) is Scalar && OneValue().Match(fix) is { Success: true } value
            && Yaml(value.Groups["yaml"].Value) is Scalar scalar)
        {
            yield return (fix.Contains("or another name") ? Form.Name : Form.Value, (Mapping)Set(root, path, scalar), path);
        }

        if (OneEntry().Match(fix) is { Success: true } pair && pair.Groups["key"].Value == name
            && Yaml(pair.Groups["yaml"].Value) is { } node)
        {
            yield return (Form.Entry, (Mapping)Set(root, path, node), path);
        }

        if (!isKey && OneMapping().Match(fix) is { Success: true } braces && Yaml(braces.Groups["yaml"].Value) is Mapping mapping)
        {
            yield return (Form.Mapping, (Mapping)Set(root, path, mapping), path);
        }

        if (!isKey && OneList().Match(fix) is { Success: true } list && Yaml(list.Groups["yaml"].Value) is Sequence sequence)
        {
            yield return (Form.List, (Mapping)Set(root, path, sequence), path);
        }

        if (!isKey && Several().Match(fix) is { Success: true } several && Yaml($"[{several.Groups["yaml"].Value}]") is Sequence items
            && At(root, path[..^1]) is Sequence around)
        {
            var index = int.Parse(name, CultureInfo.InvariantCulture);
            yield return (Form.Items, (Mapping)Set(root, path[..^1], around with
            {
                Items = [.. around.Items[..index], .. items.Items, .. around.Items[(index + 1)..]],
            }), path);
        }

        if (Added().Match(fix) is { Success: true } added && MappingAt(root, finding.Position) is { } at
            && Yaml(added.Groups["yaml"].Value) is { } addition)
        {
            yield return (Form.Added, (Mapping)Set(root, [.. at, added.Groups["key"].Value], addition), [.. at, added.Groups["key"].Value]);
        }

        if (isKey && Renamed().Match(fix) is { Success: true } other)
        {
            var known = other.Groups["key"].Value;
            yield return (Form.Renamed, (Mapping)Set((Mapping)Without(root, path), [.. path[..^1], known], At(root, path)!),
                [.. path[..^1], known]);
        }

        foreach (var above in isKey && Moved().Match(fix) is { Success: true } moved
            ? moved.Groups["keys"].Captures.Select(key => key.Value) : [])
        {
            string[] to = [.. path[..^1], .. above.Split('.'), name];
            yield return (Form.Moved, (Mapping)Set((Mapping)Without(root, path), to, At(root, path)!), to);
        }
    }

    private static Node? Yaml(string text) =>
        YamlReader.Read("advice.yaml", text, YamlOptions.Default) is { Findings.IsEmpty: true, Documents: [var only] } ? only : null;

    private static Node? At(Node node, string[] path) => path.Aggregate((Node?)node, (found, key) => found switch
    {
        Mapping mapping => mapping[key],
        Sequence sequence => sequence.Items[int.Parse(key, CultureInfo.InvariantCulture)],
        _ => null,
    });

    private static Node Set(Node node, string[] path, Node value) => path is not [var key, .. var rest] ? value : node switch
    {
        Sequence sequence => sequence with
        {
            Items = sequence.Items.SetItem(int.Parse(key, CultureInfo.InvariantCulture),
                Set(sequence.Items[int.Parse(key, CultureInfo.InvariantCulture)], rest, value)),
        },
        Mapping mapping => mapping.Set(key, Set(mapping[key] ?? new Mapping(), rest, value)),
        _ => Set(new Mapping(), path, value),
    };

    private static Node Without(Node node, string[] path) => (node, path) switch
    {
        (Mapping mapping, [var key]) => mapping.Without(key),
        (Mapping mapping, [var key, .. var rest]) => mapping.Set(key, Without(mapping[key]!, rest)),
        (Sequence sequence, [var key, .. var rest]) => sequence with
        {
            Items = sequence.Items.SetItem(int.Parse(key, CultureInfo.InvariantCulture),
                Without(sequence.Items[int.Parse(key, CultureInfo.InvariantCulture)], rest)),
        },
        _ => node,
    };

    /// <summary>The path of the key or of the value that is at a position.</summary>
    private static (string[] Path, bool IsKey)? PlaceOf(Node root, Position position) => Nodes(root, [])
        .Where(found => found.Position == position && found.Path.Length > 0)
        .Select(found => ((string[] Path, bool IsKey)?)(found.Path, found.IsKey)).FirstOrDefault();

    private static string[]? MappingAt(Node root, Position position) => Nodes(root, [])
        .Where(found => found is { IsKey: false, Node: Mapping } && found.Position == position)
        .Select(found => found.Path).FirstOrDefault();

    private static IEnumerable<(string[] Path, Node Node, Position Position, bool IsKey)> Nodes(Node node, string[] path) => node switch
    {
        Mapping mapping => mapping.SelectMany(entry => Nodes(entry.Value, [.. path, entry.Key])
            .Prepend(([.. path, entry.Key], entry.Value, entry.KeyPosition, true))).Append((path, node, node.Position, false)),
        Sequence sequence => sequence.Items
            .SelectMany((item, index) => Nodes(item, [.. path, index.ToString(CultureInfo.InvariantCulture)]))
            .Append((path, node, node.Position, false)),
        _ => [(path, node, node.Position, false)],
    };

    /// <summary>A value with a digit, a sign or quotes in it, and one before "or another name": no word of a sentence.</summary>
    [GeneratedRegex("^Write (?<yaml>\"[^\"]*\"|[^\\s'\"]*[0-9/.:-][^\\s'\",]*[^\\s'\",.]|none|error|[a-z0-9-]+(?=, or another name))"
        + "(\\.$|,|:| or (less|more))")]
    private static partial Regex OneValue();

    [GeneratedRegex(@"^Write '(?:- )?(?<key>[A-Za-z]+): (?<yaml>[^'|]+)'(\.|,)")]
    private static partial Regex OneEntry();

    [GeneratedRegex(@"^Write '(?<yaml>\{ .* \})'")]
    private static partial Regex OneMapping();

    [GeneratedRegex(@"^Write a list(?:, also for one entry)?: (?<yaml>\[.*\])\.$")]
    private static partial Regex OneList();

    [GeneratedRegex(@"^Write each as an entry of its own: (?<yaml>.*)\.$")]
    private static partial Regex Several();

    [GeneratedRegex(@"^Add '(?<key>[A-Za-z]+): (?<yaml>[^']+)'\.$")]
    private static partial Regex Added();

    [GeneratedRegex(@"^Did you mean '(?<key>[A-Za-z0-9]+)'\?$")]
    private static partial Regex Renamed();

    [GeneratedRegex(@"^It belongs under (?:'(?<keys>[A-Za-z0-9.]+)'(?:, | or )?)+(?:one of [0-9]+ other keys)?\.$")]
    private static partial Regex Moved();
}
