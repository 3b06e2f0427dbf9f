namespace PlatformGitOps.Generator.Findings;

/// <summary>
/// Hides credentials in objects that a plan or a difference shows, which a workflow may post as a comment: what looks like one, and values
/// under a key that asks for one, also inside texts.
/// </summary>
internal sealed class Masking
{
    public const string Hidden = "(hidden)";

    public const string Another = "(hidden, another value)";

    // Of a reference to a Secret, of a volume of one, or of a projected token.
    private static readonly HashSet<string> Harmless = new(StringComparer.OrdinalIgnoreCase)
    {
        "name", "namespace", "kind", "apiVersion", "path", "audience", "optional", "type", "mountPath", "fieldPath", "defaultMode", "mode",
        "expirationSeconds", "description",
    };

    // The hidden values of the first object by their place, in their order; a list may gain an entry, so an index is not part of it.
    private readonly Dictionary<string, List<string>> _first = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _next = new(StringComparer.Ordinal);
    private bool _isSecond;

    /// <summary>Both versions of an object without credentials; a changed one still differs.</summary>
    public static (Mapping? Before, Mapping? After) Both(Mapping? before, Mapping? after)
    {
        var masking = new Masking();
        var first = before is null ? null : (Mapping)masking.Of("", before, isSecret: false);
        masking._isSecond = before is not null;
        return (first, after is null ? null : (Mapping)masking.Of("", after, isSecret: false));
    }

    /// <summary>True for a key whose value is not a credential below one that asks for a credential.</summary>
    public static bool IsHarmless(string key) => Harmless.Contains(key) || SecretKeys.IsReference(key);

    /// <summary>True for a credential because of its key; that of an environment variable if its name says so.</summary>
    private static bool IsSecret(Mapping mapping, string key, bool isSecret) => key switch
    {
        "value" when mapping.TextAt("name") is { } name => SecretKeys.IsSecret(name),
        "key" when mapping["name"] is not null || mapping["path"] is not null => false,
        _ => SecretKeys.IsSecret(key) || (isSecret && !IsHarmless(key)),
    };

    private Node Of(string path, Node node, bool isSecret) => node switch
    {
        Mapping mapping => new Mapping(mapping.Entries.Select(entry =>
            entry with { Value = Of($"{path}/{entry.Key}", entry.Value, IsSecret(mapping, entry.Key, isSecret)) }))
        {
            Position = mapping.Position,
            File = mapping.File,
        },
        Sequence sequence => sequence with
        {
            Items = [.. sequence.Items.Select((item, index) => Of(path, item, isSecret || IsArgument(sequence, index)))],
        },
        Scalar scalar when isSecret && IsValue(scalar) => new Scalar(Marked(path, scalar.Value)) { IsText = true },
        Scalar scalar when Text(path, scalar.Value) is var text && text != scalar.Value => scalar with { Value = text },
        _ => node,
    };

    /// <summary>True for the argument behind a flag such as <c>--token</c>.</summary>
    private static bool IsArgument(Sequence sequence, int index) => index > 0 && sequence.Items[index - 1] is Scalar flag
        && sequence.Items[index] is Scalar { Value: not ['-', ..] } && MaskedText.IsFlag(flag.Value);

    /// <summary>A switch is not a credential, nor is a variable.</summary>
    private static bool IsValue(Scalar scalar) => scalar.Value.Length > 0 && !scalar.IsNull && !MaskedText.IsVariable(scalar.Value)
        && (scalar.IsText || PlainScalars.Resolve(scalar.Value) != PlainType.Boolean);

    private string Text(string path, string text) => new MaskedText((key, value) => Marked($"{path}#{key}", value))
        .Of(SecretText.Replace(text, match => Marked($"{path}#", match.Value)));

    private string Marked(string place, string value)
    {
        if (!_isSecond)
        {
            (_first.TryGetValue(place, out var values) ? values : _first[place] = []).Add(value);
            return Hidden;
        }

        // A value in a new place has nothing that it could differ from.
        if (!_first.TryGetValue(place, out var before))
        {
            return Hidden;
        }

        var found = before.IndexOf(value, _next.GetValueOrDefault(place));
        if (found < 0)
        {
            return Another;
        }

        _next[place] = found + 1;
        return Hidden;
    }
}
