namespace PlatformGitOps.Generator.Flux;

/// <summary>
/// What SOPS has encrypted, by the marks that kustomize-controller looks for (internal/decryptor of 1.9). It decrypts the files of a
/// secretGenerator and of patches before the build, and objects after it.
/// </summary>
internal static class SopsText
{
    /// <summary>The beginning of an encrypted value.</summary>
    private const string Value = "ENC[";

    /// <summary>The prefix of SOPS' own lines in an environment file.</summary>
    private const string OwnLine = "sops_";

    /// <summary>The marks of YAML, JSON and binary, environment files and INI.</summary>
    private static readonly string[] FileMarks = ["mac: ENC[", "\"mac\": \"ENC[", "sops_mac=ENC[", "[sops]"];

    /// <summary>True for a value that SOPS has encrypted.</summary>
    public static bool IsValue(string text) => text.StartsWith(Value, StringComparison.Ordinal);

    /// <summary>True for the text of a file that SOPS has encrypted.</summary>
    public static bool IsFile(string text) => FileMarks.Any(text.Contains);

    /// <summary>True for a value in the data of a Secret whose content SOPS has encrypted, as a value or as a file.</summary>
    public static bool IsData(string base64) => Decoded(base64) is { } text && (IsValue(text) || IsFile(text));

    /// <summary>True for an object with SOPS' own key.</summary>
    public static bool IsObject(Mapping body) => body["sops"] is Mapping;

    /// <summary>True for a problem that decryption removes: SOPS' own key, and texts in place of other types.</summary>
    public static bool Explains(Mapping body, ShapeProblem problem) =>
        IsObject(body) && (problem.Path == "sops" || problem.Node is Scalar { Value: var text } && IsValue(text));

    /// <summary>The lines of an environment file without those of SOPS, which do not reach the Secret.</summary>
    public static IEnumerable<string> WithoutOwn(IReadOnlyList<string> lines) =>
        lines.Any(line => line.StartsWith("sops_mac=" + Value, StringComparison.Ordinal))
            ? lines.Where(line => !line.StartsWith(OwnLine, StringComparison.Ordinal)) : lines;

    /// <summary>Null for what is not base64.</summary>
    public static string? Decoded(string base64)
    {
        var bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out var length) ? Encoding.UTF8.GetString(bytes, 0, length) : null;
    }
}
