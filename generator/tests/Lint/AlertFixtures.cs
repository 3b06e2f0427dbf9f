namespace PlatformGitOps.Generator.Tests.Lint;

internal static class AlertFixtures
{
    private const string Alerts = "kubernetes/infrastructure/networking/coredns/prometheusrule.yaml";

    public static IEnumerable<LintFixture> All =>
    [
        new LintFixture("alert-metric-unknown",
            "a metric that went with CoreDNS 1.11") { Says =
            "coredns_forward_request_duration_seconds_bucket, which CoreDNS 1.11.4 does not export" }
            .Edit(Alerts, "coredns_proxy_request_duration_seconds_bucket", "coredns_forward_request_duration_seconds_bucket"),
        new LintFixture("alert-metric-unknown", "a histogram without its suffix")
            .Edit(Alerts, "coredns_dns_request_duration_seconds_bucket", "coredns_dns_request_duration_seconds"),
        new LintFixture("alert-label-unknown", "a matcher on a label that the metric does not have") { Says = "matches 'code'" }
            .Edit(Alerts, "rcode=\"SERVFAIL\"", "code=\"SERVFAIL\""),
        new LintFixture("alert-label-unknown", "a group by a label that the metric does not have") { Says = "groups by 'upstream'" }
            .Edit(Alerts, "sum by (to, le)", "sum by (upstream, le)"),
        new LintFixture("alert-job", "the release's name instead of the Service's") { Says = "selects job coredns" }
            .Edit(Alerts, "absent(up{job=\"coredns-metrics\"", "absent(up{job=\"coredns\""),
        new LintFixture("alert-job", "a pattern that matches another job")
            .Edit(Alerts, "absent(up{job=\"coredns-metrics\"", "absent(up{job=~\"kube-dns|coredns\""),
        new LintFixture("alert-expression", "a bracket of a regular expression that is not closed") { Says = "'coredns(' is not valid" }
            .Edit(Alerts, "absent(up{job=\"coredns-metrics\"", "absent(up{job=~\"coredns(\""),
        new LintFixture("alert-not-scraped", "the ServiceMonitor is off") { Says = "CoreDNSAbsent and 8 more rules use up and the like, "
            + "but no ServiceMonitor scrapes CoreDNS", Where = Alerts }
            .Value("      monitor:\n        enabled: true\n", "      monitor:\n        enabled: false\n"),
        new LintFixture("chart-value-unknown", "the ServiceMonitor by the key of other charts, whose alerts are not findings of their own")
        {
            Says = "does not read 'prometheus.serviceMonitor'",
        }.Value("      monitor:\n        enabled: true\n", "      serviceMonitor:\n        enabled: true\n"),
        new LintFixture("alert-not-a-ratio", "five per cent of nothing") { Says = "its expression is not a ratio" }
            .Edit(Alerts, " / sum(rate(coredns_dns_responses_total{job=\"coredns-metrics\",namespace=\"kube-system\"}[5m]))", ""),
        new LintFixture("alert-not-a-ratio", "five written as five") { Says = "a ratio with more than 1" }.Edit(Alerts, "> 0.05", "> 5"),
        new LintFixture("alert-template", "a brace too few") { Says = "has an unbalanced" }.Edit(Alerts, "{{ $labels.to }} takes up",
            "{{ $labels.to takes up"),
        new LintFixture("alert-template", "a variable that Prometheus does not set") { Says = "uses $label," }.Edit(Alerts,
            "{{ $labels.to }} takes up", "{{ $label.to }} takes up"),
        new LintFixture("alert-template", "a function that Prometheus does not have") { Says = "function humanise" }.Edit(Alerts,
            "{{ $labels.to }} takes up", "{{ $labels.to | humanise }} takes up"),
        new LintFixture("alert-template", "a block without its end") { Says = "without an {{ end }}" }.Edit(Alerts,
            "{{ $labels.to }} takes up", "{{ if $labels.to }} takes up"),
        new LintFixture("alert-expression", "a bracket that is not closed") { Says = "a ')' is missing" }.Edit(Alerts,
            "absent(up{job=\"coredns-metrics\"", "(absent(up{job=\"coredns-metrics\""),
        new LintFixture("alert-expression", "an instant vector where a range belongs") { Says = "rate takes a range vector" }
            .Edit(Alerts, "absent(up{job=\"coredns-metrics\"", "absent(rate(up)) or absent(up{job=\"coredns-metrics\""),
        new LintFixture("alert-field", "a key that rules do not have") { Says = "has no key 'severity'" }
            .Edit(Alerts, "          for: ", "          severity: high\n          for: "),
    ];
}
