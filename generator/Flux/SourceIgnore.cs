using System.Buffers;
using System.IO.Enumeration;
using PlatformGitOps.Generator.Flux.Substitution;

namespace PlatformGitOps.Generator.Flux;

/// <summary>A line of a <c>.sourceignore</c> that excludes files.</summary>
/// <param name="File">Relative to the root.</param>
/// <param name="Line">Counted from 1.</param>
/// <param name="Text">The pattern.</param>
internal sealed record IgnoringLine(string File, int Line, string Text)
{
    /// <summary>
    /// How to include a folder again: the last matching pattern decides, and patterns are relative to their file's folder.
    /// </summary>
    public string FixFor(string folder)
    {
        var own = File[..Math.Max(File.LastIndexOf('/'), 0)];
        // go-git does not match anything with '/**'.
        var kept = own.Length == 0 ? $"!/{folder}/**"
            : folder.StartsWith($"{own}/", StringComparison.Ordinal) ? $"!/{folder[(own.Length + 1)..]}/**" : "!*";
        return $"Delete that line, or add '{kept}' as the last line of {Printable.Of(File)}.";
    }

    public override string ToString() => $"{Printable.Of(File)}:{Line} ('{Printable.Of(Text)}')";
}

/// <summary>
/// The files that source-controller excludes from an artifact (fluxcd/pkg, sourceignore): by the <c>.sourceignore</c> files and the
/// source's <c>spec.ignore</c>, and only without any of them by its defaults, which include <c>.sops.yaml</c>. The last matching pattern
/// decides, also for a file in an excluded folder.
/// </summary>
internal sealed class SourceIgnore
{
    public const string FileName = ".sourceignore";

    private static readonly ImmutableArray<Pattern> VersionControl = [.. Parse(".git/\n.gitignore\n.gitmodules\n.gitattributes", "")];

    private static readonly ImmutableArray<Pattern> Usual =
    [
        .. Parse("*.jpg\n*.jpeg\n*.gif\n*.png\n*.wmv\n*.flv\n*.tar.gz\n*.zip\n.github/\n.circleci/\n.travis.yml\n.gitlab-ci.yml\n" +
            "appveyor.yml\n.drone.yml\ncloudbuild.yaml\ncodeship-services.yml\ncodeship-steps.yml\n" +
            "**/.goreleaser.yml\n**/.sops.yaml\n**/.flux.yaml", ""),
    ];

    public static readonly SourceIgnore None = new([], []);

    private readonly ImmutableArray<Pattern> files;
    private readonly ImmutableArray<Pattern> source;
    private readonly ImmutableArray<Pattern> all;

    // Only paths with one of these words can match a pattern; null if some pattern has no such word.
    private readonly SearchValues<string>? words;

    private SourceIgnore(ImmutableArray<Pattern> files, ImmutableArray<Pattern> source)
    {
        (this.files, this.source) = (files, source);
        all = [.. VersionControl, .. files.IsEmpty && source.IsEmpty ? Usual : files.AddRange(source)];
        string[] parts = [.. all.Select(pattern => pattern.LongestWord)];
        words = parts.Contains("") ? null : SearchValues.Create(parts, StringComparison.Ordinal);
    }

    /// <summary>A copy with the <c>.sourceignore</c> of a folder.</summary>
    public SourceIgnore WithFile(string text, string folder) => new(
        files.AddRange(Parse(text, folder, folder.Length == 0 ? FileName : $"{folder}/{FileName}")), source);

    /// <summary>A copy with the <c>spec.ignore</c> of the source.</summary>
    public SourceIgnore WithSource(string text) => new(files, source.AddRange(Parse(text, "")));

    /// <summary>True if the artifact does not have the file.</summary>
    public bool Excludes(string path) => Deciding(path) is { Includes: false };

    /// <summary>The line that excludes a file; null if none does, or if the pattern is not from a file.</summary>
    public IgnoringLine? LineAgainst(string path) => Deciding(path) is { Includes: false, Place: { } place } ? place : null;

    private Pattern? Deciding(string path)
    {
        if (words is not null && !path.AsSpan().ContainsAny(words))
        {
            return null;
        }

        var parts = path.Split('/');
        for (var index = all.Length - 1; index >= 0; index--)
        {
            if (all[index].Matches(parts))
            {
                return all[index];
            }
        }

        return null;
    }

    private static IEnumerable<Pattern> Parse(string text, string folder, string? file = null) => text.ReplaceLineEndings("\n").Split('\n')
        .Index().Where(line => !line.Item.StartsWith('#') && line.Item.Trim().Length > 0).Select(line => Pattern.Of(line.Item, folder) with
        {
            Place = file is null ? null : new IgnoringLine(file, line.Index + 1, line.Item),
        });

    /// <summary>
    /// One line, in go-git's interpretation: a pattern with a slash matches the path from its folder, another one matches any name.
    /// </summary>
    private sealed record Pattern(string[] Folder, string[] Parts, Regex?[] Classes, bool Includes, bool FoldersOnly)
    {
        private static readonly SearchValues<char> Wild = SearchValues.Create("*?\\");

        public static Pattern Of(string line, string folder)
        {
            var includes = line.StartsWith('!');
            var text = line[(includes ? 1 : 0)..];
            text = text.EndsWith("\\ ", StringComparison.Ordinal) ? text : text.TrimEnd(' ');
            var foldersOnly = text.EndsWith('/');
            var parts = (foldersOnly ? text[..^1] : text).Split('/');
            Regex?[] classes = [.. parts.Select(part => part.Contains('[') ? Glob.Whole(part) : null)];
            return new Pattern(folder.Length == 0 ? [] : folder.Split('/'), parts, classes, includes, foldersOnly)
            {
                IsNever = parts.Zip(classes).Any(part => (part.First.Contains('[') && part.Second is null)
                    || (parts.Length > 1 && part.First != "**" && part.First.Contains("**"))),
            };
        }

        /// <summary>
        /// True if it matches no path: a bracket is not closed, or <c>**</c> is part of a word next to a slash. Without a slash <c>**</c>
        /// means <c>*</c>.
        /// </summary>
        public bool IsNever { get; private init; }

        /// <summary>The line of the pattern; null if it is not from a file.</summary>
        public IgnoringLine? Place { get; init; }

        /// <summary>A text that every matching path contains; empty if there is none.</summary>
        public string LongestWord { get; } = Parts.Any(part => part.AsSpan().ContainsAny('[', '\\')) ? ""
            : Parts.SelectMany(part => part.Split('*', '?')).MaxBy(word => word.Length) ?? "";

        public bool Matches(string[] path)
        {
            if (IsNever || path.Length <= Folder.Length || !path.AsSpan(0, Folder.Length).SequenceEqual(Folder))
            {
                return false;
            }

            var rest = path.AsSpan(Folder.Length);
            return Parts.Length > 1 ? MatchesPath(rest) : MatchesName(rest);
        }

        private bool MatchesName(ReadOnlySpan<string> path)
        {
            for (var index = 0; index < path.Length; index++)
            {
                if (IsMatch(0, path[index]))
                {
                    return !FoldersOnly || index < path.Length - 1;
                }
            }

            return false;
        }

        private bool MatchesPath(ReadOnlySpan<string> path)
        {
            var (matched, anywhere) = (false, false);
            for (var index = 0; index < Parts.Length; index++)
            {
                if (Parts[index] is "" or "**")
                {
                    anywhere = Parts[index] == "**";
                    continue;
                }

                var at = 0;
                while (at < path.Length && !IsMatch(index, path[at]))
                {
                    at = anywhere ? at + 1 : path.Length;
                }

                if (at == path.Length)
                {
                    return false;
                }

                (matched, anywhere) = (true, false);
                path = path[(at + 1)..];
            }

            return matched && !(FoldersOnly && path.IsEmpty);
        }

        private bool IsMatch(int part, string name) => Parts[part] switch
        {
            _ when Classes[part] is { } pattern => pattern.IsMatch(name),
            var text when !text.AsSpan().ContainsAny(Wild) => name == text,
            ['*', .. var end] when !end.AsSpan().ContainsAny(Wild) => name.EndsWith(end, StringComparison.Ordinal),
            var text => FileSystemName.MatchesSimpleExpression(text, name, ignoreCase: false),
        };
    }
}
