namespace PlatformGitOps.Acceptance.Workflows;

/// <summary>Links between the repository's pages lead to existing files and headings.</summary>
public sealed partial class PageLinkTests
{
    private static IEnumerable<string> Pages() =>
    [
        "README.md", "CONTRIBUTING.md", "CHANGELOG.md",
        .. In("docs", SearchOption.AllDirectories), .. In("benchmarks", SearchOption.TopDirectoryOnly),
    ];

    private static IEnumerable<string> In(string folder, SearchOption depth) =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.md", depth)
            .Select(file => Path.GetRelativePath(Repository.Root, file)).Order(StringComparer.Ordinal);

    [TestCaseSource(nameof(Pages))]
    public void Links_lead_to_files_and_headings(string page)
    {
        var file = Path.Combine(Repository.Root, page);
        // benchmarks/document.sh copies these files into docs/benchmarks.md.
        var folder = page.StartsWith("benchmarks/", StringComparison.Ordinal) ? Path.Combine(Repository.Root, "docs")
            : Path.GetDirectoryName(file)!;

        Links(File.ReadAllText(file)).Where(link => !Leads(link))
            .ShouldBeEmpty($"{page} links to a file or a heading that does not exist: correct the link, or write what it leads to");

        bool Leads(string link)
        {
            var parts = link.Split('#', 2);
            var target = parts[0].Length == 0 ? file : Path.GetFullPath(Path.Combine(folder, Uri.UnescapeDataString(parts[0])));
            return parts.Length == 2 && target.EndsWith(".md", StringComparison.Ordinal)
                ? File.Exists(target) && Anchors(File.ReadAllText(target)).Contains(parts[1])
                : File.Exists(target) || Directory.Exists(target);
        }
    }

    /// <summary>Users of the generator as a tool do not have docs/, so its texts have URLs from Docs.Page.</summary>
    [Test]
    public void Texts_of_the_generator_lead_to_pages_and_headings()
    {
        var sources = Directory.EnumerateFiles(Path.Combine(Repository.Root, "generator"), "*", SearchOption.AllDirectories)
            .Where(file => Path.GetExtension(file) is ".cs" or ".sh")
            .Select(file => (Name: Path.GetRelativePath(Repository.Root, file).Replace('\\', '/'), Text: File.ReadAllText(file)))
            .Where(file => !file.Name.StartsWith("generator/tests/", StringComparison.Ordinal))
            .Select(file => (file.Name, Text: Comment().Replace(file.Text, ""))).ToList();

        sources.SelectMany(file => OwnFile().Matches(file.Text).Select(match => $"{file.Name} names {match.Value}"))
            .ShouldBeEmpty("write the page's address with Docs.Page(\"<page>.md#<heading>\")");
        var pages = sources.SelectMany(file => Addressed().Matches(file.Text).Select(match => (file.Name, Link: match.Groups["to"].Value)))
            .ToList();
        pages.Count.ShouldBeGreaterThan(30);
        pages.Where(page => !Exists(page.Link)).ShouldBeEmpty("a page or a heading of docs/ that does not exist");

        static bool Exists(string link)
        {
            var parts = link.Split('#', 2);
            var file = Path.Combine(Repository.Root, "docs", parts[0]);
            return File.Exists(file) && (parts is not [_, { Length: > 0 } anchor] || Anchors(File.ReadAllText(file)).Contains(anchor));
        }
    }

    [Test]
    public void Anchors_are_those_of_GitHub() => Anchors("""
        # One `code` & [a link](x.md), 2.5!
        ## Same
        ```
        # a comment of a shell
        ```
        ## Same
        <a id="by-hand"></a>
        """).ShouldBe(["one-code--a-link-25", "same", "same-1", "by-hand"], ignoreOrder: true);

    [Test]
    public void Links_in_code_are_not_links() => Links("""
        [a](a.md#b) `[b](b.md)` [c](https://example.org/#c) ![d](d.svg) [e](mailto:e@example.org)
        ```
        [f](f.md)
        ```
        [g]: g.md#h
        """).ShouldBe(["a.md#b", "d.svg", "g.md#h"]);

    /// <summary>Links and images to files of the repository or to anchors in the page.</summary>
    private static IEnumerable<string> Links(string text) => Link().Matches(Code().Replace(Fence().Replace(text, ""), ""))
        .Select(match => match.Groups["to"].Value)
        .Where(link => !Scheme().IsMatch(link));

    /// <summary>
    /// GitHub's anchors of headings: in lower case, with only letters, digits, blanks (as "-"), "-" and "_"; duplicates are numbered.
    /// </summary>
    private static HashSet<string> Anchors(string text)
    {
        text = Fence().Replace(text, "");
        var (anchors, counts) = (Own().Matches(text).Select(match => match.Groups["id"].Value).ToHashSet(), new Dictionary<string, int>());
        foreach (Match heading in Heading().Matches(text))
        {
            var shown = Link().Replace(heading.Groups["text"].Value, match => match.Groups["shown"].Value);
            var slug = Dropped().Replace(shown.ToLowerInvariant(), "").Replace(' ', '-');
            var before = counts.GetValueOrDefault(slug);
            counts[slug] = before + 1;
            anchors.Add(before == 0 ? slug : $"{slug}-{before}");
        }

        return anchors;
    }

    [GeneratedRegex(@"^(?<fence> *(?:```+|~~~+))[^\n]*\n.*?^ *(?:```+|~~~+) *$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"(?<fence>`+)(?!`).+?(?<!`)\k<fence>(?!`)", RegexOptions.Singleline)]
    private static partial Regex Code();

    [GeneratedRegex(@"\[(?<shown>[^\[\]]*)\]\((?<to>[^)\s]+)\)|^\[[^\]]+\]: (?<to>\S+)", RegexOptions.Multiline)]
    private static partial Regex Link();

    [GeneratedRegex(@"^\s*//.*$", RegexOptions.Multiline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"(?<!/blob/main/)\bdocs/[a-z-]+\.md")]
    private static partial Regex OwnFile();

    [GeneratedRegex(@"(?:Docs\.Page\(\$?""|/blob/main/docs/)(?<to>[a-z-]+\.md(?:#[a-z0-9-]*)?)")]
    private static partial Regex Addressed();

    [GeneratedRegex("^[a-z]+:", RegexOptions.IgnoreCase)]
    private static partial Regex Scheme();

    [GeneratedRegex(@"^ {0,3}#{1,6} +(?<text>[^\n]*?) *#*$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex("<a (?:id|name)=\"(?<id>[^\"]+)\"")]
    private static partial Regex Own();

    [GeneratedRegex(@"[^\p{L}\p{M}\p{N}\p{Pc}\- ]")]
    private static partial Regex Dropped();
}
