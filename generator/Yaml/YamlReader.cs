using YamlDotNet.Core;

namespace PlatformGitOps.Generator.Yaml;

/// <summary>What a YAML text may contain. The defaults are for files written by people.</summary>
public sealed record YamlOptions
{
    public static readonly YamlOptions Default = new();

    /// <summary>For manifests: several documents, tabs, anchors and the tags of YAML's own types.</summary>
    public static readonly YamlOptions Tree = new() { SeveralDocuments = true, Tabs = true, Aliases = true, MaximumBytes = 16 << 20 };

    /// <summary>For files that kustomize reads first.</summary>
    public static readonly YamlOptions Kustomize = Tree with { AsKustomize = true };

    /// <summary>A larger text is refused before parsing. A hundred thousand records of a substrate need five megabytes.</summary>
    public int MaximumBytes { get; init; } = 8 << 20;

    /// <summary>For a kustomization.yaml, which kustomize reads as Kubernetes reads objects: <c>y</c> is a boolean in it.</summary>
    public static readonly YamlOptions Kustomization = Kustomize with { MakesTexts = false };

    /// <summary>The maximum nesting of mappings and sequences.</summary>
    public const int MaximumDepth = 64;

    /// <summary>Reading stops after this number of findings.</summary>
    public const int MaximumFindings = 100;

    public bool SeveralDocuments { get; init; }

    /// <summary>True if a line may begin with a tab, as in a block scalar.</summary>
    public bool Tabs { get; init; }

    /// <summary>True if the text is read as kustomize reads it.</summary>
    public bool AsKustomize { get; init; }

    /// <summary>True if unquoted words and dates become texts, as in the objects that kustomize reads.</summary>
    internal bool MakesTexts { get; private init; } = true;

    /// <summary>True if anchors, aliases, merge keys and the tags of YAML's own types are resolved; otherwise they are findings.</summary>
    public bool Aliases { get; init; }
}

/// <summary>The ids of rules about YAML syntax.</summary>
public static class YamlRules
{
    public const string TooLarge = "yaml-too-large";
    public const string NotUtf8 = "yaml-not-utf8";
    public const string Hidden = "yaml-hidden-character";
    public const string Tab = "yaml-tab";
    public const string Syntax = "yaml-syntax";
    public const string TooDeep = "yaml-too-deep";
    public const string Documents = "yaml-several-documents";
    public const string DuplicateKey = "yaml-duplicate-key";
    public const string KeyNotText = "yaml-key-not-text";
    public const string Anchor = "yaml-anchor";
    public const string Alias = "yaml-alias";
    public const string MergeKey = "yaml-merge-key";
    public const string Tag = "yaml-tag";
    public const string TooManyFindings = "yaml-too-many-findings";
}

/// <summary>The content of a YAML text. Documents may be incomplete if there are findings.</summary>
/// <param name="Documents">In their order; an empty document is a null scalar.</param>
/// <param name="Findings">In the order of the text; empty when the text is valid.</param>
public sealed record YamlText(ImmutableArray<Node> Documents, ImmutableArray<Finding> Findings)
{
    /// <summary>Keys that are numbers, booleans or null: YAML allows them, kustomize does not.</summary>
    public ImmutableArray<Finding> KeysWithoutText { get; init; } = [];
}

/// <summary>Reads bytes into nodes with positions. Bad input never throws: all its faults become findings.</summary>
public static class YamlReader
{
    /// <summary>Reads a text.</summary>
    /// <param name="file">The name that findings carry.</param>
    /// <param name="bytes">The whole file.</param>
    /// <param name="options">What the text may contain.</param>
    public static YamlText Read(string file, ReadOnlySpan<byte> bytes, YamlOptions options)
    {
        if (bytes.Length > options.MaximumBytes)
        {
            var message = $"The file has {bytes.Length} bytes; {options.MaximumBytes} are allowed.";
            return Refused(Fault(file, YamlRules.TooLarge, Position.None, message, "Check that this is the right file."));
        }

        var (text, problem) = YamlCharacters.Decode(file, bytes);
        if (problem is not null)
        {
            return Refused(problem);
        }

        return SimpleYamlReader.Read(text, file, options) is { } documents ? new YamlText(documents, []) : ReadAll(file, text, options);
    }

    /// <summary>The same for a text.</summary>
    public static YamlText Read(string file, string text, YamlOptions options) => Read(file, Encoding.UTF8.GetBytes(text), options);

    /// <summary>Reads any text, with YamlDotNet.</summary>
    internal static YamlText ReadAll(string file, string text, YamlOptions options)
    {
        var found = YamlCharacters.Hidden(text).Take(YamlOptions.MaximumFindings)
            .Select(hidden => Fault(file, YamlRules.Hidden, hidden.Position,
                $"The character U+{(int)hidden.Character:X4} is invisible here.", "Delete it."))
            .ToList();
        var tabs = YamlCharacters.TabIndentations(text).Take(YamlOptions.MaximumFindings)
            .Select(position => Fault(file, YamlRules.Tab, position, "The indentation contains a tab.", "Indent with spaces."))
            .ToList();

        var builder = new NodeBuilder(file, options);
        try
        {
            using var reader = new StringReader(text);
            builder.Read(new Parser(new PeekingScanner(reader)));
        }
        catch (Exception exception) when (exception is YamlException or InvalidOperationException)
        {
            // YamlDotNet's scanner throws InvalidOperationException for some plain scalars inside brackets.
            if (tabs.Count == 0 && found.Count == 0)
            {
                found.Add(YamlFault.Of(file, text, builder, exception as YamlException));
            }
            else if (options.Tabs)
            {
                // YAML itself refused the text: then a tab, which is only valid in a block scalar, is the likely cause.
                found.AddRange(tabs);
            }
        }

        found.AddRange(builder.Findings);
        if (!options.Tabs)
        {
            found.AddRange(tabs);
        }

        return new YamlText([.. builder.Documents], [.. found.OrderBy(finding => (finding.Position.Line, finding.Position.Column))])
        {
            KeysWithoutText = [.. builder.KeysWithoutText],
        };
    }

    private static YamlText Refused(Finding finding) => new([], [finding]);

    private static Finding Fault(string file, string rule, Position position, string message, string fix) =>
        new() { Rule = rule, File = file, Position = position, Message = message, Fix = fix };
}
