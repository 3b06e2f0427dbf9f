namespace PlatformGitOps.Controller.Tests.Geo;

public sealed class GeoReadings
{
    private const string Host = $"api.{GeoExample.Zone}";

    [Test]
    public void A_service_without_an_annotation_is_ignored()
    {
        var reading = GeoServiceReader.Read(GeoExample.Service("api", "192.0.2.1"), GeoExample.Options);
        reading.Service.ShouldBeNull();
        reading.Problems.ShouldBeEmpty();
    }

    [Test]
    public void Only_the_hostname_is_required()
    {
        var service = Read(("geo-hostname", "API.geo.example.com."))!;
        service.Hostname.ShouldBe(Host);
        service.Region.ShouldBe(GeoExample.Options.Region, "the cluster's own");
        (service.Priority, service.Weight, service.Policy).ShouldBe((100, 1, null));
        service.Targets.Single().ShouldBe(new GeoTarget(
            new(System.Net.IPAddress.Parse("192.0.2.1"), 443), ProbeScheme.Tcp, "/", Host, true), "a connection to its first port");
    }

    [Test]
    public void All_annotations_are_read()
    {
        var service = Read(("geo-hostname", Host), ("geo-region", "us"), ("geo-priority", "0"), ("geo-weight", "255"),
            ("geo-policy", "weighted"), ("geo-addresses", "198.51.100.1, 2001:db8::1"), ("health-check-path", "/up"),
            ("health-check-port", "8080"), ("health-check-server-name", "shop.example.com"))!;
        (service.Region, service.Priority, service.Weight, service.Policy).ShouldBe(("us", 0, 255, GeoPolicy.Weighted));
        service.Targets.Select(target => $"{target.Address} {target.Scheme} {target.Path} {target.ServerName}").ShouldBe(
            ["198.51.100.1:8080 Http /up shop.example.com", "[2001:db8::1]:8080 Http /up shop.example.com"]);
    }

    [TestCase("geo-region", "eu", "geo-hostname is missing")]
    [TestCase("geo-hostname", "api.example.com", "is not a host name in geo.example.com")]
    [TestCase("geo-hostname", "*.geo.example.com", "is not a host name in geo.example.com")]
    [TestCase("geo-hostname", "a\n@ IN A 192.0.2.9.geo.example.com", "is not a host name in geo.example.com")]
    [TestCase("geo-hostname", "ns-eu.geo.example.com", "the zone's own name server")]
    public void A_wrong_name_is_a_problem(string key, string value, string problem) => Problem((key, value)).ShouldContain(problem);

    [TestCase("geo-region", "mars", "'mars' is not one of the regions eu, us, asia")]
    [TestCase("geo-addresses", "api.example.com", "is not an address")]
    [TestCase("geo-addresses", "127.0.0.1", "in a network that is never probed or published")]
    [TestCase("geo-addresses", "169.254.169.254", "in a network that is never probed or published")]
    [TestCase("health-check-port", "9", "'9' is not a port of the Service: write one of")]
    public void A_wrong_value_is_a_problem(string key, string value, string problem) =>
        Problem(("geo-hostname", Host), (key, value)).ShouldContain(problem);

    [TestCase("geo-weight", "256", "geo-weight: '256' is not a number from 0 to 255; the default is used")]
    [TestCase("geo-weight", "-1", "geo-weight: '-1' is not a number from 0 to 255; the default is used")]
    [TestCase("geo-priority", "first", "geo-priority: 'first' is not a number from 0 to 1000; the default is used")]
    [TestCase("geo-policy", "geoip", "geo-policy: 'geoip' is not one of latency, failover, weighted, priority; the default is used")]
    public void A_wrong_weight_priority_or_policy_leaves_the_addresses_in_the_zone(string key, string value, string problem)
    {
        var reading = GeoServiceReader.Read(
            GeoExample.Service("api", "192.0.2.1", ("geo-hostname", $" {Host} "), ("geo-region", " us "), (key, value)),
            GeoExample.Options);

        reading.Problems.ShouldHaveSingleItem().ShouldContain(problem);
        (reading.Service!.Region, reading.Service.Priority, reading.Service.Weight, reading.Service.Policy).ShouldBe(("us", 100, 1, null));
        reading.Service.Targets.ShouldNotBeEmpty();
    }

    [TestCase("dns", 53)]
    [TestCase("tcp", 443)]
    [TestCase("https", 443)]
    [TestCase(null, 443)]
    public void The_first_port_of_the_probes_protocol_is_probed(string? scheme, int port)
    {
        var service = Mixed(scheme, [("TCP", 443), ("UDP", 53), ("TCP", 8443)]);
        service.Service!.Targets.Single().Address.Port.ShouldBe(port);
        Mixed(scheme, [("UDP", 53), ("TCP", 443)]).Service!.Targets.Single().Address.Port.ShouldBe(port, "in the other order too");
    }

    [TestCase("dns", "TCP", "health-check-scheme: a probe of the scheme dns needs a UDP port")]
    [TestCase("http", "UDP", "health-check-scheme: a probe of the scheme http needs a TCP port")]
    [TestCase(null, "UDP", "health-check-scheme: a probe of the scheme tcp needs a TCP port")]
    public void A_service_without_a_port_of_the_probes_protocol_is_a_problem(string? scheme, string protocol, string problem)
    {
        var reading = Mixed(scheme, [(protocol, 53)]);
        reading.Service.ShouldBeNull();
        reading.Problems.SkipLast(1).ShouldHaveSingleItem().ShouldContain(problem);
    }

    [Test]
    public void A_named_port_of_another_protocol_is_a_problem()
    {
        var reading = Mixed("dns", [("UDP", 53), ("TCP", 443)], ("health-check-port", "443"));
        reading.Service.ShouldBeNull();
        reading.Problems.SkipLast(1).ShouldHaveSingleItem().ShouldContain(
            "health-check-port: a probe of the scheme dns needs a UDP port, and '443' is not one");
    }

    [Test]
    public void A_load_balancer_with_a_hostname_needs_the_addresses_annotation()
    {
        var service = GeoExample.Service("api", "192.0.2.1", ("geo-hostname", Host));
        service.Status.LoadBalancer.Ingress = [new() { Hostname = "x.elb.amazonaws.com" }];
        GeoServiceReader.Read(service, GeoExample.Options).Problems[0].ShouldContain("x.elb.amazonaws.com");
    }

    [Test]
    public void A_pending_load_balancer_is_no_problem()
    {
        var service = GeoExample.Service("api", "192.0.2.1", ("geo-hostname", Host));
        service.Status.LoadBalancer.Ingress = null;
        GeoServiceReader.Read(service, GeoExample.Options).Service!.Targets.ShouldBeEmpty();
    }

    [Test]
    public void The_config_file_is_read()
    {
        var options = GeoConfigFile.Read("""
            zone: Geo.Example.com
            region: us
            policy: failover
            ttl: 10
            zones: geo-dns-1
            regions:
              eu: { order: [eu, us], weight: 0, servers: [192.0.2.53] }
              us: { order: [us, eu] }
            probes: { interval: 3s, deniedNetworks: [10.0.0.0/8] }
            """);
        (options.Zone, options.Region, options.Policy, options.Ttl, options.ZonesName).ShouldBe(
            (GeoExample.Zone, "us", GeoPolicy.Failover, 10, "geo-dns-1"));
        options.Regions.Select(region => $"{region.Name} {string.Join(',', region.Order)} {region.Weight} {region.Servers.Count}")
            .ShouldBe(["eu eu,us 0 1", "us us,eu 1 0"]);
        options.Probes.Interval.ShouldBe(TimeSpan.FromSeconds(3));
        options.Networks.Allows(System.Net.IPAddress.Parse("10.1.2.3")).ShouldBeFalse();
        options.Networks.Allows(System.Net.IPAddress.Parse("192.0.2.1")).ShouldBeTrue();
    }

    [Test]
    public void All_problems_of_a_config_file_are_reported()
    {
        var problems = Should.Throw<ConfigException>(() => GeoConfigFile.Read("""
            region: mars
            policy: nearest
            regions: { eu: { order: [eu, us], servers: [dns] } }
            more: 1
            """)).Problems;
        problems.Count.ShouldBe(6);
        problems.ShouldContain("config:3: regions: the order of each must name every region once");
        problems.ShouldContain("config:3: regions.eu.servers: 'dns' is not valid. Write an address such as 192.0.2.53.");
        problems.ShouldContain("config:2: policy: 'nearest' is not valid. Write one of latency, failover, weighted, priority.");
        problems.ShouldContain("config:1: region: 'mars' must be one of the regions");
        problems.ShouldContain(problem => problem.StartsWith("config:4: unknown key more.", StringComparison.Ordinal));
    }

    private static GeoReading Mixed(string? scheme, (string Protocol, int Port)[] ports, params (string, string)[] more)
    {
        // An empty annotation is ignored.
        var service = GeoExample.Service("api", "192.0.2.1", [("geo-hostname", Host), ("health-check-scheme", scheme ?? ""), .. more]);
        service.Spec.Ports = [.. ports.Select(port => new V1ServicePort { Port = port.Port, Protocol = port.Protocol })];
        return GeoServiceReader.Read(service, GeoExample.Options);
    }

    private static GeoService? Read(params (string, string)[] annotations)
    {
        var reading = GeoServiceReader.Read(GeoExample.Service("api", "192.0.2.1", annotations), GeoExample.Options);
        reading.Problems.ShouldBeEmpty();
        return reading.Service;
    }

    private static string Problem(params (string, string)[] annotations)
    {
        var reading = GeoServiceReader.Read(GeoExample.Service("api", "192.0.2.1", annotations), GeoExample.Options);
        reading.Service.ShouldBeNull("without it the others mean something else");
        reading.Problems[^1].ShouldBe("the Service is left out");
        return reading.Problems.SkipLast(1).ShouldHaveSingleItem();
    }
}
