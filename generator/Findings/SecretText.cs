using System.Buffers;

namespace PlatformGitOps.Generator.Findings;

/// <summary>Detects credentials in texts. The definition is committed, and so is everything generated from it.</summary>
public static partial class SecretText
{
    // Every match contains one of these: a vectorized search avoids the expression for nearly every value.
    private static readonly SearchValues<string> Signs = SearchValues.Create(
        ["PRIVATE KEY", "AGE-SECRET-KEY-1", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "gldt-", "glrt-", "xox",
            "AKIA", "ASIA", "eyJ", "://"],
        StringComparison.Ordinal);

    /// <summary>The text with each credential replaced.</summary>
    internal static string Replace(string text, MatchEvaluator with) => HasSign(text) ? SecretValue().Replace(text, with) : text;

    internal static bool IsSecret(string text) => HasSign(text) && SecretValue().IsMatch(text);

    /// <summary>The positions of credentials in a file, comments included.</summary>
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

    /// <summary>Masks credentials in messages that quote the file, and in all other output.</summary>
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

/// <summary>Decides by the words in a name whether a key, variable or flag is for a credential.</summary>
internal static partial class SecretKeys
{
    // Every such name contains one of these: a vectorized search avoids the expressions for most texts.
    private static readonly SearchValues<string> Roots = SearchValues.Create(
        ["pass", "pwd", "secret", "token", "jwt", "bearer", "cred", "authorization", "key", "psk", "basic"],
        StringComparison.OrdinalIgnoreCase);

    private static readonly HashSet<string> Words = new(StringComparer.OrdinalIgnoreCase)
    {
        "pass", "pwd", "jwt", "bearer", "creds", "cred", "authorization", "psk",
    };

    // Words before "key" that make it a private key.
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

    /// <summary>True if a key is for a credential; <c>secretName</c> and <c>existingSecret</c> only refer to one.</summary>
    public static bool IsSecret(string key)
    {
        if (!MayContainName(key) || IsReference(key))
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
    /// True if a value may be a credential: letters and digits, but not a number, a path, an address, a variable or a text that SOPS
    /// encrypted (docs/lint.md has the measurements).
    /// </summary>
    public static bool MayBeSecret(string value) => value.Length >= Shortest
        && value.Any(char.IsAsciiDigit) && value.Any(char.IsAsciiLetter)
        && !value.Any(char.IsWhiteSpace) && value[0] is not ('/' or '.' or '~' or '$' or '<' or '!')
        && !NotSecretMarkers.Any(sign => value.Contains(sign));

    /// <summary>
    /// True if a key is for a credential and its value may be one. This is a guess for people; plans and diffs mask a value by its key
    /// alone, also if the key ends with a word of <see cref="PublicAttributes"/>.
    /// </summary>
    public static bool Hold(string key, string value)
    {
        if (!IsSecret(key) || !MayBeSecret(value))
        {
            return false;
        }

        string[] words = [.. Word().Matches(key).Select(match => match.Value.ToUpperInvariant())];
        return words is [.., "SECRET", "ID"] ? IsOfAppRole(words, value)
            : !PublicAttributes.Contains(words[^1]) && !NamesSecret(words[^1], value);
    }

    /// <summary>
    /// Vault calls the password of an AppRole the secret ID: a UUID or a hexadecimal number. In AWS and Google it is the name of a secret,
    /// in Azure the public ID of a client secret.
    /// </summary>
    private static bool IsOfAppRole(string[] words, string value) => words is not [.., "CLIENT", _, _]
        && (Guid.TryParse(value, out _) || value.All(char.IsAsciiHexDigit));

    /// <summary>The name of a Secret has words and dashes. A UUID has dashes too, but is a credential of some clouds.</summary>
    private static bool NamesSecret(string last, string value) =>
        last is "SECRET" or "SECRETS" && value.Contains('-')
            && ObjectName().IsMatch(value) && !Guid.TryParse(value, out _);

    // Attributes of a credential that may be public.
    private static readonly HashSet<string> PublicAttributes = new(StringComparer.OrdinalIgnoreCase)
    {
        "class", "header", "id", "interval", "kid", "lifetime", "prefix", "timeout", "version",
    };

    private const int Shortest = 8;

    private static readonly string[] NotSecretMarkers = ["://", "${", "$(", "{{", "ENC[", "sha256:"];

    /// <summary>True if a key refers to a credential that is stored elsewhere.</summary>
    public static bool IsReference(string key) => Reference().IsMatch(key);

    /// <summary>False if a text cannot contain such a name.</summary>
    public static bool MayContainName(string text) => text.AsSpan().ContainsAny(Roots);

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
