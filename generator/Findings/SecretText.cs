using System.Buffers;

namespace PlatformGitOps.Generator.Findings;

/// <summary>Texts that give away a credential. The definition is committed, and so is everything made from it.</summary>
public static partial class SecretText
{
    // One of these is in every match: a vectorized look spares the expression on nearly every value.
    private static readonly SearchValues<string> Signs = SearchValues.Create(
        ["PRIVATE KEY", "AGE-SECRET-KEY-1", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "gldt-", "glrt-", "xox",
            "AKIA", "ASIA", "eyJ", "://"],
        StringComparison.Ordinal);

    /// <summary>The text with each credential replaced.</summary>
    internal static string Replace(string text, MatchEvaluator with) => HasSign(text) ? SecretValue().Replace(text, with) : text;

    internal static bool IsSecret(string text) => HasSign(text) && SecretValue().IsMatch(text);

    /// <summary>Where the file has credentials, comments included.</summary>
    internal static IEnumerable<Position> In(string text)
    {
        if (!HasSign(text))
        {
            yield break;
        }

        var line = 0;
        foreach (var content in text.Split('\n'))
        {
            line++;
            if (HasSign(content) && SecretValue().Match(content) is { Success: true } match)
            {
                yield return new Position(line, match.Index + 1);
            }
        }
    }

    /// <summary>For messages that quote the file, and for whatever else is shown.</summary>
    public static string Redact(string message) => Replace(message, _ => "[secret]");

    private static bool HasSign(string text) => text.AsSpan().ContainsAny(Signs);

    // Private keys (PEM, PGP, age) to their end, GitHub, GitLab, Slack and AWS tokens, JSON Web Tokens, and a password or a token inside a
    // URL, unless it is a name in brackets or a variable.
    [GeneratedRegex("""
        -----BEGIN[ A-Z0-9]*\ PRIVATE\ KEY(\ BLOCK)?(-----[\s\S]*?(-----END[ A-Z0-9]*\ PRIVATE\ KEY(\ BLOCK)?-----|\z))?
        | AGE-SECRET-KEY-1[0-9A-Z]+
        | \bgh[pousr]_[0-9A-Za-z]{16,} | \bgithub_pat_[0-9A-Za-z_]{16,} | \bgl(pat|dt|rt)-[0-9A-Za-z_-]{16,}
        | \bxox[abprs]-[0-9A-Za-z-]{10,} | \b(AKIA|ASIA)[0-9A-Z]{16}\b
        | \beyJ[0-9A-Za-z_-]{8,}\.eyJ[0-9A-Za-z_-]{8,}\.[0-9A-Za-z_-]*
        | (?<=[a-z]://)[^\s/@:]*:(?!(\{[^@\s]*\} | <[^@\s]*> | \$\{[^@\s]*\} | \$\([^@\s]*\) | \$[A-Za-z_]\w* | \*+)@)[^\s/@]+(?=@)
        | (?<=https?://)(?!(\{[^@\s]*\} | <[^@\s]*> | \$\{[^@\s]*\} | \$\([^@\s]*\) | \$[A-Za-z_]\w*)@)[^\s/@:]+(?=@)
        """, RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant)]
    private static partial Regex SecretValue();
}

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

    /// <summary>
    /// True where what a key for a credential holds may be one: a word of letters and digits, and not a number, a path, an address, a
    /// variable or what SOPS encrypted (docs/lint.md has what was measured).
    /// </summary>
    public static bool MayBeOne(string value) => value.Length >= Shortest && value.Any(char.IsAsciiDigit) && value.Any(char.IsAsciiLetter)
        && !value.Any(char.IsWhiteSpace) && value[0] is not ('/' or '.' or '~' or '$' or '<' or '!')
        && !NotSecretMarkers.Any(sign => value.Contains(sign));

    /// <summary>
    /// True where a key asks for a credential and its value may be one, for a guess that people read. In plans and diffs a value is hidden
    /// by its key alone, also where a word of <see cref="Beside"/> ends it.
    /// </summary>
    public static bool Hold(string key, string value)
    {
        if (!IsSecret(key) || !MayBeOne(value))
        {
            return false;
        }

        string[] words = [.. Word().Matches(key).Select(match => match.Value.ToUpperInvariant())];
        return words is [.., "SECRET", "ID"] ? IsOfAppRole(words, value)
            : !Beside.Contains(words[^1]) && !NamesSecret(words[^1], value);
    }

    /// <summary>
    /// Vault calls a password of its AppRole the secret ID: a UUID, or a hexadecimal number. For AWS and Google it is the name of a secret,
    /// and for Azure the number of a client secret beside its value.
    /// </summary>
    private static bool IsOfAppRole(string[] words, string value) => words is not [.., "CLIENT", _, _]
        && (Guid.TryParse(value, out _) || value.All(char.IsAsciiHexDigit));

    /// <summary>The name of a Secret has words and dashes; so has a UUID, which is a credential of some clouds.</summary>
    private static bool NamesSecret(string last, string value) =>
        last is "SECRET" or "SECRETS" && value.Contains('-')
            && ObjectName().IsMatch(value) && !Guid.TryParse(value, out _);

    // What belongs to a credential and may be known.
    private static readonly HashSet<string> Beside = new(StringComparer.OrdinalIgnoreCase)
    {
        "class", "header", "id", "interval", "kid", "lifetime", "prefix", "timeout", "version",
    };

    private const int Shortest = 8;

    private static readonly string[] NotSecretMarkers = ["://", "${", "$(", "{{", "ENC[", "sha256:"];

    /// <summary>True where a key names what holds a credential.</summary>
    public static bool IsReference(string key) => Reference().IsMatch(key);

    /// <summary>False where a text cannot have such a name.</summary>
    public static bool MayName(string text) => text.AsSpan().ContainsAny(Roots);

    [GeneratedRegex("[A-Z]+(?![a-z])|[A-Z]?[a-z]+", RegexOptions.CultureInvariant)]
    private static partial Regex Word();

    [GeneratedRegex("passw(or)?d|passphrase|secret|token|(api|access|private|account|encryption|signing)[_-]?key|credential",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Anywhere();

    [GeneratedRegex(@"^[a-z0-9]([a-z0-9-]*[a-z0-9])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex ObjectName();

    // PGPASS, DBPWD.
    [GeneratedRegex("(?<!^(by|com|sur|tres|over|under))(pass|pwd)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Suffix();

    [GeneratedRegex("(name|ref|reference)$|existing|pull[_-]?secrets?$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Reference();
}
