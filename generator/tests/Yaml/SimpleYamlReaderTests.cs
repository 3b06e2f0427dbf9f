namespace PlatformGitOps.Generator.Tests.Yaml;

/// <summary>
/// Compares the quick reader with the full one: unless it gives up, its result is the same, on every YAML file of this repository and on
/// thousands of damaged copies. <c>YAML_CORPUS</c> names a folder with more files.
/// </summary>
public sealed class SimpleYamlReaderTests
{
    private static readonly YamlOptions[] Options = [YamlOptions.Tree, YamlOptions.Kustomize, YamlOptions.Default];

    private static readonly string[] Folders = ["kubernetes", "generator", "acceptance", ".github"];

    private static readonly string[] Pieces =
    [
        " ", "  ", "\n", "-", "- ", ":", ": ", "#", " #", "\"", "'", "|", ">", "|-\n", ">\n", "[", "]", "{", "}", ",", "&a ", "*a",
        "!!str ", "%", "@", "?", "? ", "\t", "\\", "---\n", "...\n", "~", "yes", "<<: ", "${A}", "\r", "\u00a0", "\u2028", "0", "''", "\\n",
        "a: b\n", "- c\n",
    ];

    private static string[] Files()
    {
        string[] folders =
        [
            .. Folders.Select(name => RepositoryRoot.File(name)),
            .. Environment.GetEnvironmentVariable("YAML_CORPUS") is { Length: > 0 } corpus ? new[] { corpus } : [],
        ];
        return
        [
            .. folders.Where(Directory.Exists).SelectMany(folder => Directory.EnumerateFiles(folder, "*.y*ml", SearchOption.AllDirectories))
                .Order(StringComparer.Ordinal),
        ];
    }

    [Test]
    public void Every_file_is_read_as_the_whole_reader_reads_it()
    {
        var (quick, whole) = (0, 0);
        foreach (var path in Files())
        {
            var text = File.ReadAllText(path);
            foreach (var options in Options)
            {
                var same = IsSame(path, text, options);
                (quick, whole) = same ? (quick + 1, whole) : (quick, whole + 1);
            }
        }

        TestContext.Out.WriteLine($"{quick} texts were read quickly, {whole} as a whole.");
        quick.ShouldBeGreaterThan(whole, "most files are simple ones");
    }

    [Test]
    public void A_damaged_file_is_read_as_the_whole_reader_reads_it()
    {
        var random = new Random(20240917);
        var texts = Files().Select(File.ReadAllText).Where(text => text.Length is > 20 and < 3000)
            .Append("a: |\n  one\n\n    two\n  three\n\nb: >-\n  one\n  two\n\n   three\n  four\n")
            .Append("c:\n- - x\n  - y: [a, {b: c}, \"d\\n\"]\n-\n  z:\n")
            .Append("---\n# c\na: 'it''s'\nb: \"x\" # y\n\"c\":\n  d\n---\ne: >\n\n  f\n   g\n\n\n  h\n# i\n").ToArray();
        var quick = 0;
        for (var round = 0; round < 20_000; round++)
        {
            var text = new StringBuilder(texts[random.Next(texts.Length)]);
            for (var changes = random.Next(1, 4); changes > 0; changes--)
            {
                var at = random.Next(text.Length);
                switch (random.Next(3))
                {
                    case 0:
                        text.Insert(at, Pieces[random.Next(Pieces.Length)]);
                        break;
                    case 1:
                        text.Remove(at, Math.Min(random.Next(1, 4), text.Length - at));
                        break;
                    default:
                        var piece = text.ToString(at, Math.Min(random.Next(1, 40), text.Length - at));
                        text.Insert(random.Next(text.Length), piece);
                        break;
                }
            }

            quick += IsSame($"round {round}", text.ToString(), Options[round % Options.Length]) ? 1 : 0;
        }

        TestContext.Out.WriteLine($"{quick} texts were read quickly.");
        quick.ShouldBeGreaterThan(2_000);
    }

    [TestCase("a: 1\nb: [x, \"y\", {c: d}]\n")]
    [TestCase("- a\n- b: c\n  d: 'e'\n-   - f\n")]
    [TestCase("a:\n- b\n-\n  c: |-\n    x\n     y\n\n    z\n  d: >\n    x\n    y\n")]
    [TestCase("---\na: b # c\n---\nd:\n")]
    public void A_simple_text_is_read_quickly(string text) => IsSame("x", text, YamlOptions.Tree).ShouldBeTrue();

    /// <summary>True if the quick reader read the text; a difference fails the test.</summary>
    private static bool IsSame(string name, string text, YamlOptions options)
    {
        if (SimpleYamlReader.Read(text, name, options) is not { } quick)
        {
            return false;
        }

        var whole = YamlReader.ReadAll(name, text, options);
        string.Join('\n', whole.Findings.Concat(whole.KeysWithoutText)).ShouldBeEmpty($"{name}\n{text}");
        string.Join('\n', quick.Select(Written)).ShouldBe(string.Join('\n', whole.Documents.Select(Written)), $"{name}\n{text}");
        return true;
    }

    private static string Written(Node node) => $"{node.File.Length} {node.Position} " + node switch
    {
        Mapping mapping => string.Join(", ", mapping.Entries.Select(entry => $"{entry.Key} {entry.KeyPosition} {Written(entry.Value)}")),
        Sequence sequence => "[" + string.Join(", ", sequence.Items.Select(Written)) + "]",
        Scalar scalar => $"{(scalar.IsText ? "text" : "plain")}{(scalar.IsBlock ? " block" : "")} <{scalar.Value}>",
        _ => node.GetType().Name,
    };
}
