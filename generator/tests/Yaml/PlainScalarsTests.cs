using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Tests.Yaml;

/// <summary>What sigs.k8s.io/yaml, the reader of Kubernetes and Flux, makes of a scalar without quotes.</summary>
public sealed class PlainScalarsTests
{
    [TestCase("", PlainType.Null, "null")]
    [TestCase("~", PlainType.Null, "null")]
    [TestCase("Null", PlainType.Null, "null")]
    [TestCase("nULL", PlainType.Text, "nULL")]
    [TestCase("y", PlainType.Boolean, "true")]
    [TestCase("On", PlainType.Boolean, "true")]
    [TestCase("OFF", PlainType.Boolean, "false")]
    [TestCase("No", PlainType.Boolean, "false")]
    [TestCase("yEs", PlainType.Text, "yEs")]
    [TestCase("0", PlainType.Number, "0")]
    [TestCase("004", PlainType.Number, "4")]
    [TestCase("08", PlainType.Number, "8")]
    [TestCase("0o17", PlainType.Number, "15")]
    [TestCase("0O17", PlainType.Number, "15")]
    [TestCase("017", PlainType.Number, "15")]
    [TestCase("0x1F", PlainType.Number, "31")]
    [TestCase("0X1F", PlainType.Number, "31")]
    [TestCase("-0x1f", PlainType.Number, "-31")]
    [TestCase("0B1", PlainType.Number, "1")]
    [TestCase("0b101", PlainType.Number, "5")]
    [TestCase("1_000", PlainType.Number, "1000")]
    [TestCase("20241128_1", PlainType.Number, "202411281")]
    [TestCase("1e3", PlainType.Number, "1000")]
    [TestCase("1e5_0", PlainType.Number, "1e+50")]
    [TestCase("1.50", PlainType.Number, "1.5")]
    [TestCase(".5", PlainType.Number, "0.5")]
    [TestCase("5.", PlainType.Number, "5")]
    [TestCase(".inf", PlainType.Number, ".inf")]
    [TestCase("-.Inf", PlainType.Number, "-.Inf")]
    [TestCase(".NaN", PlainType.Number, ".NaN")]
    [TestCase(".5_0", PlainType.Number, "0.5")]
    [TestCase("._5", PlainType.Text, "._5")]
    [TestCase("0x1FFFFFFFFFFFFFFFF", PlainType.Text, "0x1FFFFFFFFFFFFFFFF")]
    [TestCase("_1", PlainType.Text, "_1")]
    [TestCase("0x", PlainType.Text, "0x")]
    [TestCase("-", PlainType.Text, "-")]
    [TestCase("+", PlainType.Text, "+")]
    [TestCase("02:30", PlainType.Text, "02:30")]
    [TestCase("64512:100", PlainType.Text, "64512:100")]
    [TestCase("2024-11-28", PlainType.Text, "2024-11-28")]
    [TestCase("12e4567", PlainType.Text, "12e4567")]
    [TestCase("1.2.3", PlainType.Text, "1.2.3")]
    [TestCase("10Mi", PlainType.Text, "10Mi")]
    [TestCase("NaN", PlainType.Text, "NaN")]
    public void A_scalar_has_the_type_and_the_value_that_Kubernetes_reads(string text, PlainType type, string canonical)
    {
        PlainScalars.Resolve(text).ShouldBe(type);
        PlainScalars.Canonical(text).ShouldBe(canonical);
    }

    [TestCase("2024-11-28")]
    [TestCase("02:30")]
    [TestCase("0X1F")]
    [TestCase("1e5_0")]
    [TestCase("<<")]
    public void A_writer_quotes_what_any_reader_takes_for_something_else(string text)
    {
        var written = YamlWriter.WriteFragment(new Mapping { { "a", text } });

        written.ShouldBe($"a: \"{text}\"\n");
        ((Mapping)YamlReader.Read("x", System.Text.Encoding.UTF8.GetBytes(written), YamlOptions.Tree).Documents[0]).TextAt("a")
            .ShouldBe(text);
    }

    [Test]
    public void Nodes_become_the_json_that_Kubernetes_gets_and_come_back()
    {
        var read = YamlReader.Read("x", "{a: 004, b: 'yes', c: yes, d: [~, 1.5, text], e: {}}"u8, YamlOptions.Tree).Documents[0];

        read.ToJson()!.ToJsonString().ShouldBe("""{"a":4,"b":"yes","c":true,"d":[null,1.5,"text"],"e":{}}""");
        YamlWriter.WriteFragment(read.ToJson().ToNode()).ShouldBe("a: 4\nb: \"yes\"\nc: true\nd:\n  - null\n  - 1.5\n  - text\ne: {}\n");
    }
}
