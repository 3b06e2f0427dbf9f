namespace PlatformGitOps.Controller.Tests;

public sealed class PolicyReading
{
    [Test]
    public void A_Service_without_the_annotation_is_ignored()
    {
        Read([], []).ShouldBeOfType<PolicyResult.NotEnabled>();
        Read(new() { [Annotations.Enabled] = "false" }, []).ShouldBeOfType<PolicyResult.NotEnabled>();
    }

    [Test]
    public void Another_word_than_true_or_false_is_a_problem() =>
        Read(new() { [Annotations.Enabled] = "yes" }, []).ShouldBeOfType<PolicyResult.Invalid>()
            .Problems.ShouldBe([$"{Annotations.Enabled}: 'yes' is not true or false"]);

    [Test]
    public void Blanks_around_a_value_do_not_count()
    {
        var policy = Read(
            new()
            {
                [Annotations.Enabled] = " true\n",
                [Annotations.Path] = " /up ",
                [Annotations.Port] = " 80 ",
                [Annotations.Interval] = " 5s",
                [Annotations.MinHealthy] = " 75% ",
                [Annotations.Scheme] = "tcp ",
            },
            Selector()).ShouldBeOfType<PolicyResult.Valid>().Policy;

        (policy.Path, policy.Interval, policy.MinHealthy.Percent, policy.Scheme).ShouldBe(
            ("/up", TimeSpan.FromSeconds(5), 75, ProbeScheme.Tcp));
    }

    [TestCase(Annotations.Interval, "10", "'10' is not a duration such as 500ms or 10s, at most 3600s; the default is used")]
    [TestCase(Annotations.Interval, "1300h", "at most 3600s; the default is used")]
    [TestCase(Annotations.Interval, "-1s", "the default is used")]
    [TestCase(Annotations.RetryInterval, "1300h", "at most 3600s; the default is used")]
    [TestCase(Annotations.RetryInterval, "1ms", "retry-interval: 1ms is shorter than 250ms; 250ms is used: write at least that")]
    [TestCase(Annotations.Timeout, "20s", "health-check-timeout: 20s is longer than the interval; 10s is used: write at most that")]
    [TestCase(Annotations.Timeout, "31s", "at most 30s; the default is used")]
    [TestCase(Annotations.Timeout, "0s", "at most 30s; the default is used")]
    [TestCase(Annotations.FailureThreshold, "0", "'0' is not a number from 1 to 100; the default is used")]
    [TestCase(Annotations.SuccessThreshold, "many", "'many' is not a number from 1 to 100; the default is used")]
    [TestCase(Annotations.Prefix + "intervall", "5s", "intervall is not known and is ignored: write one of enabled, profile, path")]
    public void A_wrong_time_or_number_is_reported_and_the_others_count(string key, string value, string problem)
    {
        var valid = Read(
            new() { [Annotations.Enabled] = "true", [Annotations.Path] = "/up", [key] = value }, Selector())
            .ShouldBeOfType<PolicyResult.Valid>();

        valid.Policy.Path.ShouldBe("/up");
        valid.Problems.ShouldHaveSingleItem().ShouldContain(problem);
        valid.Policy.Timeout.ShouldBeLessThanOrEqualTo(valid.Policy.Interval);
    }

    [Test]
    public void The_defaults_are_those_of_the_issue()
    {
        var policy = Valid([]);

        policy.Interval.ShouldBe(TimeSpan.FromSeconds(10));
        policy.Timeout.ShouldBe(TimeSpan.FromSeconds(3));
        policy.FailureThreshold.ShouldBe(3);
        policy.SuccessThreshold.ShouldBe(1);
        policy.Path.ShouldBe("/health");
        policy.Removal.ShouldBe(RemovalMethod.ServeLabel);
    }

    [Test]
    public void Annotations_override_the_profile_and_the_profile_overrides_the_defaults()
    {
        var policy = Valid(new() { [Annotations.Profile] = "fast", [Annotations.FailureThreshold] = "4", [Annotations.Scheme] = "dns" });

        policy.Interval.ShouldBe(TimeSpan.FromSeconds(1));
        policy.FailureThreshold.ShouldBe(4);
        policy.Scheme.ShouldBe(ProbeScheme.Dns);
    }

    [TestCase(Annotations.Scheme, "ftp", "'ftp' is not one of http, https, tcp, grpc, dns")]
    [TestCase(Annotations.Path, "//evil.example/", "a path that starts with one slash")]
    [TestCase(Annotations.Path, "http://evil.example/", "a path that starts with one slash")]
    [TestCase(Annotations.Port, "9999", "'9999' is not a port of the Service: write one of 80")]
    [TestCase(Annotations.MinHealthy, "150%", "a number or a percentage")]
    [TestCase(Annotations.Profile, "slow", "not one of fast")]
    [TestCase(Annotations.ServeLabel, "dns.aikernel.io/other", "the Service's selector lacks dns.aikernel.io/other")]
    [TestCase(Annotations.ServeLabel, "app", "'app' is not below dns.aikernel.io/")]
    [TestCase(Annotations.ServerName, "https://web.example.com", "is not a host name")]
    [TestCase(Annotations.ServerName, "user@host", "is not a host name")]
    [TestCase(Annotations.Removal, "endpoint-slices", "switched off in this cluster")]
    [TestCase(Annotations.ServerName, "a b", "'a b' is not a host name")]
    [TestCase(Annotations.ServerName, "web\r\nX-Evil: 1", "is not a host name")]
    [TestCase(Annotations.DnsName, "a..b", "is not a domain name")]
    public void An_invalid_annotation_is_a_problem(string key, string value, string problem) =>
        string.Join('\n', Invalid(new() { [key] = value })).ShouldContain(problem);

    [Test]
    public void All_problems_are_reported_at_once() =>
        Invalid(new() { [Annotations.Scheme] = "ftp", [Annotations.Interval] = "x", [Annotations.Port] = "1" }).Count.ShouldBe(3);

    [TestCase("web.shop.svc")]
    [TestCase("web:8080")]
    [TestCase("10.0.0.1")]
    public void A_server_name_is_a_host_with_or_without_a_port(string name) =>
        Valid(new() { [Annotations.ServerName] = name }).ServerName.ShouldBe(name);

    [Test]
    public void A_gRPC_service_name_that_a_probe_cannot_send_is_refused() =>
        Invalid(new() { [Annotations.GrpcService] = new string('x', 128) }).ShouldHaveSingleItem().ShouldContain("at most 127 octets");

    [TestCase("127.0.0.1")]
    [TestCase("169.254.169.254")]
    [TestCase("::1")]
    [TestCase("::ffff:127.0.0.1")]
    [TestCase("0.0.0.0")]
    [TestCase("224.0.0.1")]
    [TestCase("fe80::1")]
    [TestCase("168.63.129.16")]
    [TestCase("100.100.100.200")]
    [TestCase("fd00:ec2::254")]
    [TestCase("fd20:ce::254")]
    [TestCase("64:ff9b::a9fe:a9fe")]
    [TestCase("64:ff9b::169.254.169.254")]
    [TestCase("64:ff9b:1::a9fe:a9fe")]
    [TestCase("2002:a9fe:a9fe::1")]
    [TestCase("2002:7f00:1::")]
    [TestCase("2001::1")]
    [TestCase("::169.254.169.254")]
    [TestCase("::ffff:169.254.169.254")]
    public void Addresses_that_cannot_be_endpoints_are_refused(string address) =>
        Declaring($"10.1.2.3,{address}").ShouldBeOfType<PolicyResult.Invalid>()
            .Problems.ShouldHaveSingleItem().ShouldContain("never probed");

    [TestCase("10.96.0.1", "belongs to the cluster itself")]
    [TestCase("64:ff9b::10.96.0.1", "belongs to the cluster itself")]
    [TestCase("8.8.8.8", "is not in 10.0.0.0/8, fd00::/8, 64:ff9b::/96")]
    [TestCase("fe80::1%eth0", "is not an address such as")]
    [TestCase("0250.0.0.1", "is not an address such as")]
    [TestCase("167772161", "is not an address such as")]
    [TestCase("web.example.com", "is not an address such as")]
    public void An_address_must_be_in_an_allowed_network(string address, string problem) =>
        string.Join('\n', Declaring(address).ShouldBeOfType<PolicyResult.Invalid>().Problems).ShouldContain(problem);

    [Test]
    public void More_addresses_than_fit_in_ten_slices_are_refused()
    {
        static string Addresses(int count) => string.Join(',', Enumerable.Range(0, count).Select(i => $"10.1.{i / 250}.{i % 250}"));

        Declaring(Addresses(PolicyLimits.MostAddresses)).ShouldBeOfType<PolicyResult.Valid>();
        Declaring(Addresses(2100)).ShouldBeOfType<PolicyResult.Invalid>().Problems[0].ShouldContain("2100 addresses are more than 1000");
    }

    [Test]
    public void A_Service_with_a_selector_cannot_use_endpoint_slices()
    {
        var service = External("10.1.2.3");
        service.Spec.Selector = Selector();

        Reading(service).ShouldBeOfType<PolicyResult.Invalid>().Problems.ShouldHaveSingleItem()
            .ShouldContain("for Services without a selector");
    }

    [Test]
    public void Addresses_are_refused_if_no_network_is_allowed() =>
        new PolicyReader(new ControllerOptions()).Read(External("10.1.2.3")).ShouldBeOfType<PolicyResult.Invalid>()
            .Problems.ShouldHaveSingleItem().ShouldContain("switched off");

    [Test]
    public void A_readiness_gate_is_refused_if_the_Service_publishes_not_ready_addresses()
    {
        var service = Make(new() { [Annotations.Enabled] = "true", [Annotations.Removal] = "readiness-gate" }, new() { ["app"] = "web" });
        service.Spec.PublishNotReadyAddresses = true;

        new PolicyReader(new ControllerOptions()).Read(service).ShouldBeOfType<PolicyResult.Invalid>()
            .Problems.ShouldHaveSingleItem().ShouldContain("use removal serve-label");
    }

    [Test]
    public void An_ExternalName_has_no_endpoints()
    {
        var service = Make(new() { [Annotations.Enabled] = "true", [Annotations.Removal] = "endpoint-slices" }, []);
        service.Spec.Type = "ExternalName";

        new PolicyReader(new ControllerOptions()).Read(service).ShouldBeOfType<PolicyResult.Invalid>()
            .Problems[0].ShouldContain("ExternalName");
    }

    [Test]
    public void A_Service_without_selector_declares_its_addresses()
    {
        Declaring("10.1.2.3, fd00::7, ::ffff:10.1.2.3").ShouldBeOfType<PolicyResult.Valid>()
            .Policy.Addresses.ShouldBe([IPAddress.Parse("10.1.2.3"), IPAddress.Parse("fd00::7")]);
    }

    [Test]
    public void A_selector_of_only_the_serve_label_is_refused()
    {
        var service = Make(new() { [Annotations.Enabled] = "true" }, new() { [Annotations.DefaultServeLabel] = "true" });

        new PolicyReader(new ControllerOptions())
            .Read(service).ShouldBeOfType<PolicyResult.Invalid>().Problems.ShouldHaveSingleItem().ShouldContain("could not be found again");
    }

    [TestCase("500ms", 0.5)]
    [TestCase("10s", 10)]
    [TestCase("1m30s", 90)]
    [TestCase("2h", 7200)]
    [TestCase("1.5s", 1.5)]
    public void Durations_have_the_Kubernetes_format(string text, double seconds)
    {
        Durations.TryParse(text, out var duration).ShouldBeTrue();
        duration.TotalSeconds.ShouldBe(seconds);
    }

    [TestCase("")]
    [TestCase("10")]
    [TestCase("s")]
    [TestCase("-1s")]
    [TestCase("1s1m")]
    [TestCase("10 s")]
    public void An_invalid_duration_is_refused(string text) => Durations.TryParse(text, out _).ShouldBeFalse();

    [TestCase("50%", 3, 2)]
    [TestCase("0%", 3, 1)]
    [TestCase("100%", 3, 3)]
    [TestCase("2", 10, 2)]
    [TestCase("0", 10, 1)]
    public void The_minimum_is_rounded_up_and_at_least_one(string text, int total, int least)
    {
        HealthyShare.TryParse(text, out var share).ShouldBeTrue();
        share.Of(total).ShouldBe(least);
    }

    private static HealthPolicy Valid(Dictionary<string, string> annotations) =>
        Read(new(annotations) { [Annotations.Enabled] = "true" }, Selector()).ShouldBeOfType<PolicyResult.Valid>().Policy;

    private static IReadOnlyList<string> Invalid(Dictionary<string, string> annotations) =>
        Read(new(annotations) { [Annotations.Enabled] = "true" }, Selector()).ShouldBeOfType<PolicyResult.Invalid>().Problems;

    private static PolicyResult Read(Dictionary<string, string> annotations, Dictionary<string, string> selector) =>
        new PolicyReader(new ControllerOptions()).Read(Make(annotations, selector));

    private static PolicyResult Declaring(string addresses) => Reading(External(addresses));

    private static PolicyResult Reading(V1Service service) => new PolicyReader(new ControllerOptions
    {
        Networks = new ProbeNetworks
        {
            Declarable = [IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("fd00::/8"), IPNetwork.Parse("64:ff9b::/96")],
            Reserved = [IPNetwork.Parse("10.96.0.0/12")],
        },
    }).Read(service);

    private static V1Service External(string addresses) => Make(
        new() { [Annotations.Enabled] = "true", [Annotations.Removal] = "endpoint-slices", [Annotations.Addresses] = addresses }, []);

    private static Dictionary<string, string> Selector() => new() { ["app"] = "web", [Annotations.DefaultServeLabel] = "true" };

    private static V1Service Make(Dictionary<string, string> annotations, Dictionary<string, string> selector) => new()
    {
        Metadata = new V1ObjectMeta { Name = "web", NamespaceProperty = "shop", Annotations = annotations },
        Spec = new V1ServiceSpec { Selector = selector, Ports = [new V1ServicePort { Port = 80 }] },
    };
}
