using System.Buffers;
using System.Text.RegularExpressions;

namespace PlatformGitOps.Generator.Findings;

/// <summary>Which keys, variables and flags ask for a credential, by the words in their names.</summary>
internal static partial class SecretKeys
{
    // One of these is in every such name: a vectorized look spares the expressions on most texts.
    private static readonly SearchValues<string> Roots = SearchValues.Create(
        ["pass", "pwd", "secret", "token", "jwt", "bearer", "cred", "authorization", "key", "psk", "basic"],
        StringComparison.OrdinalIgnoreCase);

    private static readonly HashSet<string> Words = new(StringComparer.OrdinalIgnoreCase)
    {
        "pass", "pwd", "jwt", "bearer", "creds", "cred", "authorization", "psk",
    };

    // What a key belongs to that only its owner may have.
    private static readonly HashSet<string> Keys = new(StringComparer.OrdinalIgnoreCase)
    {
        "access", "account", "api", "auth", "encryption", "master", "private", "shared", "signing", "storage",
    };

    // A name or a property of a credential.
    private static readonly HashSet<string> Properties = new(StringComparer.OrdinalIgnoreCase)
    {
        "alg", "algorithm", "audience", "dir", "enabled", "expiration", "file", "issuer", "mode", "namespace", "names", "path", "policy",
        "refs", "seconds", "ttl", "type",
    };

    /// <summary>True where a key asks for a credential; <c>secretName</c> and <c>existingSecret</c> only name where one lies.</summary>
    public static bool IsSecret(string key)
    {
        if (!MayName(key) || IsReference(key))
        {
            return false;
        }

        var words = Word().Matches(key).Select(match => match.Value).ToArray();
        return words.Length > 0 && !Properties.Contains(words[^1])
            && (Anywhere().IsMatch(key) || words.Any(word => Words.Contains(word) || Suffix().IsMatch(word))
                || words.Zip(words.Skip(1)).Any(pair => pair.Second is "key" or "Key" or "KEY" or "keys" or "Keys" or "KEYS"
                    && Keys.Contains(pair.First)));
    }

    /// <summary>True where a key names what holds a credential.</summary>
    public static bool IsReference(string key) => Reference().IsMatch(key);

    /// <summary>False where a text cannot have such a name.</summary>
    public static bool MayName(string text) => text.AsSpan().ContainsAny(Roots);

    [GeneratedRegex("[A-Z]+(?![a-z])|[A-Z]?[a-z]+", RegexOptions.CultureInvariant)]
    private static partial Regex Word();

    [GeneratedRegex("passw(or)?d|passphrase|secret|token|(api|access|private|account|encryption|signing)[_-]?key|credential",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Anywhere();

    // PGPASS, DBPWD.
    [GeneratedRegex("(?<!^(by|com|sur|tres|over|under))(pass|pwd)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Suffix();

    [GeneratedRegex("(name|ref|reference)$|existing|pull[_-]?secrets?$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Reference();
}
