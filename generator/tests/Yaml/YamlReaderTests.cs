namespace PlatformGitOps.Generator.Tests.Yaml;

public class YamlReaderTests
{
    [Test]
    public void Keys_and_values_know_their_line_and_column()
    {
        var root = Read("# a comment\nclusters:\n  - name: infra\n").Documents.ShouldHaveSingleItem().ShouldBeOfType<Mapping>();
        root.Entries[0].KeyPosition.ShouldBe(new Position(2, 1));
        var cluster = root["clusters"].ShouldBeOfType<Sequence>().Items[0].ShouldBeOfType<Mapping>();
        cluster.Entries[0].KeyPosition.ShouldBe(new Position(3, 5));
        cluster["name"]!.Position.ShouldBe(new Position(3, 11));
    }

    [Test]
    public void A_quoted_scalar_is_text_and_a_plain_one_may_be_anything()
    {
        var root = (Mapping)Read("a: \"2\"\nb: 2\n").Documents[0];
        root["a"].ShouldBeOfType<Scalar>().IsText.ShouldBeTrue();
        root["b"].ShouldBeOfType<Scalar>().IsText.ShouldBeFalse();
    }

    [TestCase("dns: {upstreams: [1.1.1.1, 8.8.8.8}\n", "1:18 Invalid YAML: this '[' is not closed.")]
    [TestCase("clusters: [{name: a, network: {pods: b}]\n", "1:12 Invalid YAML: this '{' is not closed.")]
    [TestCase("clusters: [{name: a, network: {pods: '}'}\n", "1:12 Invalid YAML: this '{' is not closed.")]
    [TestCase("a: {b: 1\nc: [2]\n", "1:4 Invalid YAML: this '{' is not closed.")]
    [TestCase("a: {b: 1}}\nc: 2\n", "1:10 Invalid YAML: this '}' closes nothing.")]
    [TestCase("a:\n  b: [1]]\n", "2:9 Invalid YAML: this ']' closes nothing.")]
    [TestCase("a: 1\n}\n", "2:1 Invalid YAML: this '}' closes nothing.")]
    public void The_bracket_that_is_wrong_is_named(string text, string expected) =>
        Read(text).Findings.Select(finding => $"{finding.Position} {finding.Message}").ShouldHaveSingleItem().ShouldBe(expected);

    [Test]
    public void A_byte_order_mark_is_tolerated() =>
        YamlReader.Read("x.yaml", [0xEF, 0xBB, 0xBF, .. "a: 1"u8], YamlOptions.Default).Findings.ShouldBeEmpty();

    [Test]
    public void Every_fault_is_reported_in_the_order_of_the_text() =>
        Read("a: &x 1\nb: *x\nb: 2\nc: !!str 3\n<<: 4\n").Findings.Select(finding => $"{finding.Position} {finding.Rule}")
            .ShouldBe(["1:4 yaml-anchor", "2:4 yaml-alias", "3:1 yaml-duplicate-key", "4:4 yaml-tag", "5:1 yaml-merge-key"]);

    [Test]
    public void Ten_megabytes_are_refused_before_they_are_parsed()
    {
        var bytes = new byte[10 << 20];
        Array.Fill(bytes, (byte)'[');
        YamlReader.Read("x.yaml", bytes, YamlOptions.Default).Findings.ShouldHaveSingleItem().Rule.ShouldBe(YamlRules.TooLarge);
    }

    // The scanner is quadratic in open brackets: reading all of it would take hours.
    [Test]
    public void A_megabyte_of_open_brackets_is_refused_at_once()
    {
        Read(new string('[', 1 << 20)).Findings.ShouldHaveSingleItem().Rule.ShouldBe(YamlRules.TooDeep);
    }

    [Test]
    public void A_file_of_anchors_does_not_make_a_finding_for_each() =>
        Read(string.Concat(Enumerable.Repeat("- &a b\n", 5000))).Findings.Length.ShouldBe(YamlOptions.MaximumFindings + 1);

    [Test]
    public void A_byte_that_is_not_UTF8_is_named_with_its_place()
    {
        var finding = YamlReader.Read("x.yaml", [.. "a: 1\nb: \"ü"u8, 0xFC, (byte)'"'],
            YamlOptions.Default).Findings.ShouldHaveSingleItem();
        finding.Position.ShouldBe(new Position(2, 6));
        finding.Message.ShouldContain("0xFC");
    }

    [Test]
    public void The_tree_may_hold_several_documents_and_tabs_in_block_scalars()
    {
        var text = YamlReader.Read("x.yaml", "a: |\n  x\n  \ty\n---\nb: 2\n", YamlOptions.Tree);
        text.Findings.ShouldBeEmpty();
        text.Documents.Length.ShouldBe(2);
        ((Mapping)text.Documents[0]).TextAt("a").ShouldBe("x\n\ty\n");
    }

    [Test]
    public void A_tab_that_breaks_the_tree_is_named_as_a_tab() =>
        YamlReader.Read("x.yaml", "a:\n\tb: 2\n"u8, YamlOptions.Tree).Findings.ShouldHaveSingleItem().Rule.ShouldBe(YamlRules.Tab);

    [Test]
    public void Damaged_text_never_throws([Range(1, 20)] int seed)
    {
        var source = "%YAML 1.1\n---\na: {b: [1, \"x\\u00e9\", 'y'], ? c : |2-\n  text\n}\nd: &e !f g\nh: *e # i\n- j\n...\n"u8.ToArray();
        var random = new Random(seed);
        for (var round = 0; round < 500; round++)
        {
            var bytes = source.ToArray();
            for (var change = 0; change <= random.Next(6); change++)
            {
                bytes[random.Next(bytes.Length)] = random.Next(3) == 0 ? (byte)random.Next(256) : source[random.Next(source.Length)];
            }

            Should.NotThrow(() => YamlReader.Read("x.yaml", bytes.AsSpan(0, random.Next(bytes.Length + 1)), YamlOptions.Tree),
                Encoding.Latin1.GetString(bytes));
        }
    }

    private static YamlText Read(string text) => YamlReader.Read("x.yaml", text, YamlOptions.Default);
}
