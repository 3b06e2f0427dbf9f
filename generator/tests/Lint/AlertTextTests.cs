using PlatformGitOps.Generator.Lint;

namespace PlatformGitOps.Generator.Tests.Lint;

/// <summary>Expressions and templates of users' rules; promtool accepts each of those that are not findings.</summary>
public sealed class AlertTextTests
{
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
    public void A_template_that_Prometheus_refuses_has_a_problem(string text, string says) =>
        AlertTemplate.Problem(text)!.Value.Problem.ShouldContain(says);

    [TestCase("sum by (a) (rate(b{c=~\"(d|e)[0-9]{2}\"}[5m])) > 5")]
    [TestCase("a{b=\"}\"} offset 5m # (")]
    [TestCase("max_over_time(a[1h:5m]) / 2")]
    public void An_expression_that_Prometheus_takes_has_no_problem(string text) => PromQl.Problem(text).ShouldBeNull();

    [TestCase("sum(rate(a[5m])", "')' is missing")]
    [TestCase("a{b=\"c\"}) > 1", "closes nothing")]
    [TestCase("rate(a[5m) > 1", "counterpart")]
    [TestCase("a{b=\"c} > 1", "counterpart")]
    [TestCase("a >", "nothing follows")]
    public void An_expression_that_Prometheus_refuses_has_a_problem(string text, string says) =>
        PromQl.Problem(text).ShouldNotBeNull().ShouldContain(says);
}
