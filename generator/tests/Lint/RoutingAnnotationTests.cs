namespace PlatformGitOps.Generator.Tests.Lint;

/// <summary>Which objects the rule external-dns-routing speaks about, and how often.</summary>
public sealed class RoutingAnnotationTests
{
    private const string Old = "external-dns.alpha.kubernetes.io/";
    private const string New = "external-dns.kubernetes.io/";
    private const string Image = "registry.k8s.io/external-dns/external-dns:v0.22.0";

    private static readonly string Aws = Instance("aws", "example.com");
    private static readonly string Own = Instance("rfc2136", "apps.internal.net");

    [TestCase("rules: [{host: shop.example.com}]")]
    [TestCase("tls: [{hosts: [shop.example.com]}]")]
    [TestCase("rules: [{host: shop.apps.internal.net}]", "here it is rfc2136")]
    public void Hosts_of_an_Ingress_tell_which_provider_writes_them(string spec, params string[] says) => Check(says, Aws, Own,
        $"{{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {{name: shop, namespace: shop, annotations: "
            + $"{{{Old}set-identifier: eu, {Old}aws-weight: '10'}}}}, spec: {{{spec}}}}}");

    [TestCase("shop.example.com", "no set-identifier")]
    [TestCase("shop.example.com.", "no set-identifier")]
    [TestCase("Shop.Example.com", "no set-identifier")]
    [TestCase("shop.example.org")]
    [TestCase("shop.example.org,shop.example.com", "no set-identifier")]
    public void A_hostname_is_read_as_External_DNS_reads_it(string hostname, params string[] says) =>
        Check(says, Aws, Service($"{Old}hostname: '{hostname}', {Old}aws-weight: '10'"));

    [Test]
    public void A_prefix_of_the_definition_counts() => Check(["has the annotation dns.acme.io/aws-weight and no set-identifier"],
        Instance("aws", "example.com", "dns.acme.io/"), Service("dns.acme.io/hostname: a.example.com, dns.acme.io/aws-weight: '10'"));

    [Test]
    public void Annotations_that_nobody_reads_are_not_found_too() => Check([$"has the annotation {Old}aws-weight"], Aws,
        Service($"{Old}hostname: a.example.com, {Old}aws-weight: '10', {New}hostname: a.example.com, {New}aws-weight: '10'"));

    [TestCase("v0.21.0", Old)]
    [TestCase("v0.22.0", New)]
    public void Without_an_argument_the_release_tells_the_prefix(string tag, string prefix) => Check(
        [$"has the annotation {prefix}aws-weight"],
        Instance("aws", "example.com", "").Replace("v0.22.0", tag),
        Service($"{Old}hostname: a.example.com, {Old}aws-weight: '10', {New}hostname: a.example.com, {New}aws-weight: '10'"));

    [TestCase("other")]
    [TestCase("dns-controller", "no set-identifier")]
    public void External_DNS_passes_over_what_another_controller_has(string controller, params string[] says) =>
        Check(says, Aws, Service($"{Old}controller: {controller}, {Old}hostname: a.example.com, {Old}aws-weight: '10'"));

    private static void Check(string[] says, params string[] objects)
    {
        var found = Found(objects).Select(finding => finding.Message).ToArray();
        found.Length.ShouldBe(says.Length, string.Join('\n', found));
        foreach (var (message, part) in found.Zip(says))
        {
            message.ShouldContain(part);
        }
    }

    private static IEnumerable<Finding> Found(string[] objects) =>
        All(objects).Where(finding => finding.Rule == "external-dns-routing");

    private static IEnumerable<Finding> All(params string[] objects) => new LintFixture("", "")
        .Apply("shop.yaml", string.Join("\n---\n", objects)).Check();

    private static string Service(string annotations) => "{apiVersion: v1, kind: Service, metadata: {name: shop, namespace: shop, "
        + $"annotations: {{{annotations}}}}}, spec: {{type: ExternalName, externalName: shop.example.net}}}}";

    private static string Instance(string provider, string domain, string prefix = Old) =>
        $"{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: external-dns-{provider}, namespace: shop}}, spec: {{selector: "
            + $"{{matchLabels: {{app: {provider}}}}}, template: {{metadata: {{labels: {{app: {provider}}}}}, spec: {{containers: [{{name: "
            + $"external-dns, image: '{Image}', args: [--provider={provider}, --domain-filter={domain}"
            + (prefix.Length == 0 ? "" : $", '--annotation-prefix={prefix}'") + "]}]}}}}";
}
