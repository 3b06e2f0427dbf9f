using CliWrap;
using CliWrap.Buffered;

namespace PlatformGitOps.Generator.Tests.Lint;

/// <summary>Expressions and templates of users' rules; where promtool is on the machine, it says the same of each.</summary>
public sealed class AlertTextTests
{
    [TestCaseSource(nameof(Judged))]
    public async Task Promtool_says_the_same(string key, string text, bool accepted)
    {
        if (Tool.Promtool.Find() is null)
        {
            Assert.Ignore($"promtool is not on the search path. {Tool.Promtool.HowToGet}");
        }

        var rule = new Mapping { { "alert", "A" }, { "expr", key == "expr" ? text : "up" } };
        rule = key == "expr" ? rule : rule.Set("annotations", new Mapping { { "a", text } });
        using var folder = new TemporaryFolder();
        var file = folder.Write("rules.yaml", YamlWriter.WriteFragment(
            new Mapping { { "groups", Sequence.Of(new Mapping { { "name", "g" }, { "rules", Sequence.Of(rule) } }) } }));

        var result = await Cli.Wrap("promtool").WithArguments(["check", "rules", file]).WithValidation(CommandResultValidation.None)
            .ExecuteBufferedAsync();
        (result.ExitCode == 0).ShouldBe(accepted, result.StandardError);
    }

    private static IEnumerable<object[]> Judged() =>
        from method in typeof(AlertTextTests).GetMethods()
        from cases in method.GetCustomAttributes(typeof(TestCaseAttribute), false).Cast<TestCaseAttribute>()
        let text = (string)cases.Arguments[0]!
        select (object[])[method.Name.StartsWith("An_expression", StringComparison.Ordinal) ? "expr" : "annotations", text,
            cases.Arguments.Length == 1];

    [TestCase("{{ $top := query \"up\" }}{{ range $i, $e := $top }}{{ $i }} {{ $e.Value }}{{ end }}")]
    [TestCase("{{ with $v := $value }}{{ $v | humanize }}{{ end }}")]
    [TestCase("{{/* a {{ in a comment }} */}}{{ printf \"{{ %.2f\" $value }}")]
    [TestCase("{{- range query `up{job=\"a\"}` -}}{{ .Labels.instance }}{{ . | value | printf \"%.0f\" }}{{- end -}}")]
    [TestCase("{\"a\": {\"b\": 1}}")]
    [TestCase("{{ if gt $value 1e3 }}{{ $labels.a }}{{ else if eq $value 0.0 }}{{ $externalLabels.b }}{{ else }}{{ $ }}{{ end }}")]
    public void A_template_that_Prometheus_takes_has_no_problem(string text) => AlertTemplate.Problem(text).ShouldBeNull();

    [TestCase("{{ $lables.a }}", "$lables")]
    [TestCase("{{ $labels.a }", "unbalanced")]
    [TestCase("{{ $value | humanised }}", "humanised")]
    [TestCase("{{ range query \"up\" }}", "without an")]
    [TestCase("a {{ end }}", "ends nothing")]
    [TestCase("{{ else }}", "outside of")]
    [TestCase("{{ (humanize $value }}", "incomplete action")]
    [TestCase("{{ $value | | humanize }}", "incomplete action")]
    [TestCase("{{ if }}a{{ end }}", "incomplete action")]
    [TestCase("{{ }}", "incomplete action")]
    public void A_template_that_Prometheus_refuses_has_a_problem(string text, string says) =>
        AlertTemplate.Problem(text)!.Value.Problem.ShouldContain(says);

    [TestCase("sum by (a) (rate(b{c=~\"(d|e)[0-9]{2}\"}[5m])) > 5")]
    [TestCase("a{b=\"}\"} offset 5m # (")]
    [TestCase("max_over_time(a[1h:5m]) / 2")]
    [TestCase("max_over_time(deriv(a[5m])[1h:] @ end() offset -1d)")]
    [TestCase("rate(a[1d] offset -1w) > bool 0.5 and on () vector(1)")]
    [TestCase("SUM(a) BY (b,) - -1 ^ 2 * Inf")]
    [TestCase("a / on (b) group_left (c) d unless ignoring (e) {f=~\"g.+\", h!=''}")]
    [TestCase("topk by (a) (3, count_values(\"v\", b)) or by")]
    [TestCase("label_join(up, \"a\", \",\", 'b', `c`) == (1 < bool 0x1F) * 1e-3")]
    [TestCase("a:b:c and hour() > 2 or time() + a")]
    [TestCase("histogram_quantile(0.9, sum by (le) (rate(a_bucket{b=~\"\\\\d+\"}[5m])))")]
    [TestCase("-sum(a) atan2 b")]
    public void An_expression_that_Prometheus_takes_has_no_problem(string text) => PromQl.Parse(text).Problem.ShouldBeNull();

    [TestCase("sum(rate(a[5m])", "')' is missing")]
    [TestCase("a{b=\"c\"}) > 1", "closes nothing")]
    [TestCase("rate(a[5m) > 1", "']' is missing")]
    [TestCase("a{b=\"c} > 1", "counterpart")]
    [TestCase("a >", "nothing follows")]
    [TestCase("rate(a)", "rate takes a range vector, not an instant vector")]
    [TestCase("ratee(a[5m])", "no function 'ratee'")]
    [TestCase("sum by (a-b) (c)", "missing before '-'")]
    [TestCase("a{b=~\"c(\"}", "'c(' is not valid")]
    [TestCase("a{b=~\"\\d+\"}", "the escape \\d")]
    [TestCase("a{b=c}", "needs quotes")]
    [TestCase("{a=~\".*\"}", "does not match an empty text")]
    [TestCase("a{__name__=\"b\"}", "two names")]
    [TestCase("a and 1", "instant vector on both sides")]
    [TestCase("1 > 2", "needs 'bool'")]
    [TestCase("a + \"b\"", "not a text")]
    [TestCase("a + group_left b", "does not belong there")]
    [TestCase("topk(a)", "topk takes 2 arguments, not 1")]
    [TestCase("clamp_max(a, b)", "takes a number, not an instant vector")]
    [TestCase("sum(a,)", "behind the last comma")]
    [TestCase("a => 1", "does not belong there")]
    [TestCase("a b", "'b' does not belong there")]
    [TestCase("sum(a) offset 5m", "belongs behind a selector")]
    [TestCase("(a + b)[5m]", "belongs behind the selector")]
    [TestCase("a offset 5q", "neither a number nor a duration")]
    [TestCase("a / on (b) group_left (b) c", "in 'on' and in")]
    public void An_expression_that_Prometheus_refuses_has_a_problem(string text, string says) =>
        PromQl.Parse(text).Problem.ShouldNotBeNull().ShouldContain(says);
}
