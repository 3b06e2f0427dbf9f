using PlatformGitOps.Generator.Flux.Substitution;

namespace PlatformGitOps.Generator.Tests.Flux;

public sealed class TemplateTests
{
    private static readonly Dictionary<string, string?> Set = new(StringComparer.Ordinal)
    {
        ["name"] = "infra",
        ["empty"] = "",
        ["file"] = "path/to/bash.string.txt",
        ["name_2"] = "Éa",
        ["upper"] = "ABC",
    };

    private static (string Text, TemplateFault? Fault) Expand(string text, bool strict)
    {
        var template = Template.Parse(text);
        var (values, fault) = template.Values(Set, strict);
        return (fault is null ? template.With(values) : "", fault);
    }

    [TestCase("no variables, $HOME, $(x) and a $", "no variables, $HOME, $(x) and a $")]
    [TestCase("a ${name} b", "a infra b")]
    [TestCase("${unset}", "")]
    [TestCase("$${name}", "${name}")]
    [TestCase("$$${name}", "$infra")]
    [TestCase("$$$${name}", "$${name}")]
    [TestCase("a$$b", "a$b")]
    [TestCase("${#name}", "5")]
    [TestCase("${#name_2}", "3")]
    [TestCase("${name^}", "Infra")]
    [TestCase("${name^^}", "INFRA")]
    [TestCase("${upper,}", "aBC")]
    [TestCase("${upper,,}", "abc")]
    [TestCase("${name:2}", "fra")]
    [TestCase("${name:1:2}", "nf")]
    [TestCase("${name:-x}", "infra")]
    [TestCase("${name:9}", "")]
    [TestCase("${name:1:99}", "nfra")]
    [TestCase("${name: -2}", "infra")]
    [TestCase("${empty:-x}", "x")]
    [TestCase("${empty=x}", "x")]
    [TestCase("${unset:=x y}", "x y")]
    [TestCase("${unset:=}", "")]
    [TestCase("${unset:=a${name}-b${upper,,}}", "ainfra-babc")]
    [TestCase("${unset:=a$$b}", "a$$b")]
    [TestCase("${unset:?x}", "x")]
    [TestCase("${name:+x}", "infra")]
    [TestCase("${file#*/}", "to/bash.string.txt")]
    [TestCase("${file##*/}", "bash.string.txt")]
    [TestCase("${file%.*}", "path/to/bash.string")]
    [TestCase("${file%%.*}", "path/to/bash")]
    [TestCase("${file%[a-z]xt}", "path/to/bash.string.txt")]
    [TestCase("${file#p?th}", "/to/bash.string.txt")]
    [TestCase("${name/n/N}", "iNfra")]
    [TestCase("${file//t/T}", "paTh/To/bash.sTring.TxT")]
    [TestCase(@"${file//\//-}", "path-to-bash.string.txt")]
    [TestCase("${name/#in/IN}", "INfra")]
    [TestCase("${name/%ra/RA}", "infRA")]
    [TestCase("${name/r/}", "infa")]
    public void Text_becomes_what_flux_makes_of_it(string text, string expected)
    {
        var expansion = Expand(text, strict: false);

        expansion.Fault.ShouldBeNull();
        expansion.Text.ShouldBe(expected);
    }

    [TestCase("${}", 0)]
    [TestCase("x ${{ github.ref }}", 2)]
    [TestCase("${name", 0)]
    [TestCase("${name }", 0)]
    [TestCase("${name-default}", 0)]
    [TestCase("${name+x}", 0)]
    [TestCase("${name#}", 0)]
    [TestCase("${name:}", 0)]
    [TestCase("${name/a}", 0)]
    [TestCase("${a.b}", 0)]
    [TestCase("ok ${name} then ${b-c}", 16)]
    [TestCase("${unset:=${}", 9)]
    [TestCase("${name:2:-1}", 0)]
    public void Text_that_flux_refuses_is_refused_with_its_place(string text, int offset) =>
        Expand(text, strict: false).Fault.ShouldNotBeNull().Offset.ShouldBe(offset);

    [TestCase("${unset}")]
    [TestCase("${#unset}")]
    [TestCase("${unset^^}")]
    [TestCase("${unset:0:1}")]
    [TestCase("${unset#x}")]
    [TestCase("${name:=${unset}}")]
    public void Strict_substitution_fails_on_a_variable_that_is_not_set(string text) =>
        Expand(text, strict: true).Fault.ShouldNotBeNull().Reason.ShouldBe("the variable unset is not set");

    [TestCase("${unset:=x}", "x")]
    [TestCase("${unset:-x}", "x")]
    [TestCase("${unset=x}", "x")]
    [TestCase("${empty}", "")]
    public void Strict_substitution_accepts_a_default_and_an_empty_value(string text, string expected) =>
        Expand(text, strict: true).Text.ShouldBe(expected);

    [Test]
    public void References_inside_of_a_default_are_found_too() =>
        Template.Parse("a ${b:=${c}} $${d} ${e^^}").References().Select(reference => reference.Name).ShouldBe(["b", "c", "e"]);
}
