namespace PlatformGitOps.Generator.Findings;

/// <summary>
/// Masks credentials in the objects of a plan or diff, which a workflow may post as a comment: values that look like one, and values of
/// keys for one, also inside texts.
/// </summary>
internal sealed class Masking
{
    public const string Hidden = "(hidden)";

    public const string Another = "(hidden, another value)";

    // Keys of references to Secrets, of Secret volumes and of projected tokens.
    private static readonly HashSet<string> Harmless = new(StringComparer.OrdinalIgnoreCase)
    {
        "name", "namespace", "kind", "apiVersion", "path", "audience", "optional", "type", "mountPath", "fieldPath", "defaultMode", "mode",
        "expirationSeconds", "description",
    };

    // The masked values of the first object by path, in order. A path has no list indexes, because a list may gain an entry.
    private readonly Dictionary<string, List<string>> _first = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _next = new(StringComparer.Ordinal);
    private bool _isSecond;

    /// <summary>Both versions of an object, masked; a changed credential still differs.</summary>
    public static (Mapping? Before, Mapping? After) Both(Mapping? before, Mapping? after)
    {
        var masking = new Masking();
        var first = before is null ? null : (Mapping)masking.Of("", before, isSecret: false);
        masking._isSecond = before is not null;
        return (first, after is null ? null : (Mapping)masking.Of("", after, isSecret: false));
    }

    /// <summary>True for a key below a key for a credential whose own value is not one.</summary>
    public static bool IsHarmless(string key) => Harmless.Contains(key) || SecretKeys.IsReference(key);

    /// <summary>True if the key is for a credential; for an environment variable its name decides.</summary>
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

    /// <summary>True for the argument after a flag such as <c>--token</c>.</summary>
    private static bool IsArgument(Sequence sequence, int index) => index > 0 && sequence.Items[index - 1] is Scalar flag
        && sequence.Items[index] is Scalar { Value: not ['-', ..] } && MaskedText.IsFlag(flag.Value);

    /// <summary>False for a switch or a variable.</summary>
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

        // A value at a new path has no old value to differ from.
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
