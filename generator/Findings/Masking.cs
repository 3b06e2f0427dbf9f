using System.Text.RegularExpressions;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Findings;

/// <summary>
/// Hides credentials in objects that a plan or a difference shows, which a workflow may post as a comment: what looks like one, and texts
/// under a key that asks for one.
/// </summary>
internal sealed partial class Masking
{
    public const string Hidden = "(hidden)";

    private const string Another = "(hidden, another value)";

    // Of a reference to a Secret, or of a projected token.
    private static readonly HashSet<string> Harmless = new(StringComparer.OrdinalIgnoreCase)
    {
        "name", "namespace", "kind", "apiVersion", "key", "path", "audience", "optional", "type", "mountPath", "fieldPath",
    };

    private readonly HashSet<string> _first = new(StringComparer.Ordinal);
    private bool _isSecond;

    /// <summary>Both versions of an object without credentials; a changed one still differs.</summary>
    public static (Mapping? Before, Mapping? After) Both(Mapping? before, Mapping? after)
    {
        var masking = new Masking();
        var first = before is null ? null : (Mapping)masking.Of(before, isSecret: false);
        masking._isSecond = before is not null;
        return (first, after is null ? null : (Mapping)masking.Of(after, isSecret: false));
    }

    /// <summary>One value without credentials.</summary>
    /// <param name="node">The value.</param>
    /// <param name="isSecret">True where a key above it asks for a credential.</param>
    public static Node One(Node node, bool isSecret) => new Masking().Of(node, isSecret);

    /// <summary>One line of a text.</summary>
    public static string Line(string line) => new Masking().Text(line);

    /// <summary>True where a value holds a credential because of its key.</summary>
    /// <param name="mapping">What the key is in: the value of an environment variable is one if its name says so.</param>
    /// <param name="key">The key.</param>
    /// <param name="isSecret">True where a key above asks for a credential.</param>
    public static bool IsSecret(Mapping? mapping, string key, bool isSecret) => key == "value" && mapping?.TextAt("name") is { } name
        ? SecretText.IsSecretKey(name)
        : SecretText.IsSecretKey(key) || (isSecret && !Harmless.Contains(key) && !SecretText.IsReferenceKey(key));

    private Node Of(Node node, bool isSecret) => node switch
    {
        Mapping mapping => new Mapping(mapping.Entries.Select(entry =>
            entry with { Value = Of(entry.Value, IsSecret(mapping, entry.Key, isSecret)) })),
        Sequence sequence => sequence with { Items = [.. sequence.Items.Select(item => Of(item, isSecret))] },
        Scalar scalar when isSecret && IsValue(scalar) => new Scalar(Marked(scalar.Value)) { IsText = true },
        Scalar scalar when Text(scalar.Value) is var text && text != scalar.Value => scalar with { Value = text },
        _ => node,
    };

    /// <summary>A switch is not a credential.</summary>
    private static bool IsValue(Scalar scalar) => scalar.Value.Length > 0 && !scalar.IsNull
        && (scalar.IsText || PlainScalars.Resolve(scalar.Value) != PlainType.Boolean);

    /// <summary>Lines such as <c>password: it</c> in a file, flags such as <c>--token=it</c>, and what looks like a credential.</summary>
    private string Text(string text)
    {
        var masked = SecretText.Replace(text, match => Marked(match.Value));
        masked = masked.Contains('\n', StringComparison.Ordinal)
            ? Setting().Replace(masked, match => IsValue(match.Groups["value"].Value) ? Marked(match) : match.Value)
            : masked;
        return masked.Contains('=', StringComparison.Ordinal)
            ? Flag().Replace(masked, Marked)
            : masked;
    }

    /// <summary>Not a switch, a block that begins below, or what is hidden already.</summary>
    private static bool IsValue(string text) => PlainScalars.Resolve(text) != PlainType.Boolean && text[0] is not ('|' or '>' or '&')
        && !text.StartsWith(Hidden[..^1], StringComparison.Ordinal);

    /// <summary>A setting or a flag, where its key asks for a credential.</summary>
    private string Marked(Match match) => SecretText.IsSecretKey(match.Groups["key"].Value)
        ? match.Groups["lead"].Value + Marked(match.Groups["value"].Value) : match.Value;

    private string Marked(string value)
    {
        if (_isSecond)
        {
            return _first.Contains(value) ? Hidden : Another;
        }

        _first.Add(value);
        return Hidden;
    }

    [GeneratedRegex("""^(?<lead>[ \t]*(?:-[ ])?["']?(?<key>[A-Za-z0-9_.-]+)["']?[ \t]*[:=][ \t]*)(?<value>[^\s{\[#][^\r\n]*)""",
        RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Setting();

    // Of --tsig-secret-file and --tsig-secret-alg the value is not a credential.
    [GeneratedRegex("""(?<lead>(?<![\w-])--?(?<key>[A-Za-z][\w-]*?)(?<!-(?:file|path|alg|ttl|dir|name|ref))=)(?<value>[^\s"']+)""",
        RegexOptions.CultureInvariant)]
    private static partial Regex Flag();
}
