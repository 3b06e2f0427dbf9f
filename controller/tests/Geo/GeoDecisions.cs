namespace PlatformGitOps.Controller.Tests.Geo;

public sealed class GeoDecisions
{
    private static readonly GeoService[] Three =
        [GeoExample.Routed("eu", "192.0.2.1"), GeoExample.Routed("us", "192.0.2.2"), GeoExample.Routed("asia", "192.0.2.3")];

    [Test]
    public void Latency_answers_with_the_nearest_region() => Views(GeoPolicy.Latency, Three).ShouldBe(
        "eu: 192.0.2.1; us: 192.0.2.2; asia: 192.0.2.3; default: 192.0.2.1");

    [Test]
    public void If_the_nearest_region_is_down_the_next_in_its_order_answers() => Views(GeoPolicy.Latency, Three, "192.0.2.3")
        .ShouldBe("eu: 192.0.2.1; us: 192.0.2.2; asia: 192.0.2.2; default: 192.0.2.1");

    [Test]
    public void Failover_answers_all_clients_with_the_first_healthy_region()
    {
        Views(GeoPolicy.Failover, Three).ShouldBe("eu: 192.0.2.1; us: 192.0.2.1; asia: 192.0.2.1; default: 192.0.2.1");
        Views(GeoPolicy.Failover, Three, "192.0.2.1").ShouldBe("eu: 192.0.2.2; us: 192.0.2.2; asia: 192.0.2.2; default: 192.0.2.2");
    }

    [Test]
    public void Priority_answers_with_the_lowest_healthy_priority()
    {
        GeoService[] services = [GeoExample.Routed("eu", "192.0.2.1", 3), GeoExample.Routed("us", "192.0.2.2", 2),
            GeoExample.Routed("asia", "192.0.2.3", 1), GeoExample.Routed("asia", "192.0.2.4", 1)];
        Default(GeoPolicy.Priority, services).ShouldBe("192.0.2.3 192.0.2.4");
        Default(GeoPolicy.Priority, services, "192.0.2.3").ShouldBe("192.0.2.4");
        Default(GeoPolicy.Priority, services, "192.0.2.3", "192.0.2.4").ShouldBe("192.0.2.2");
        Default(GeoPolicy.Priority, services, "192.0.2.3", "192.0.2.4", "192.0.2.2").ShouldBe("192.0.2.1");
    }

    [Test]
    public void Weighted_answers_with_all_healthy_regions_that_have_a_weight()
    {
        GeoService[] services = [GeoExample.Routed("eu", "192.0.2.1", weight: 3), GeoExample.Routed("us", "192.0.2.2"),
            GeoExample.Routed("asia", "192.0.2.3", weight: 0)];
        Default(GeoPolicy.Weighted, services).ShouldBe("192.0.2.1 192.0.2.2");
        Default(GeoPolicy.Weighted, services, "192.0.2.1").ShouldBe("192.0.2.2");
        Default(GeoPolicy.Weighted, services, "192.0.2.1", "192.0.2.2").ShouldBe("192.0.2.3", "one without a weight is better than none");
        Decide(GeoPolicy.Weighted, services).Names.Single().Weights
            .ShouldBe([(IPAddress.Parse("192.0.2.1"), 3), (IPAddress.Parse("192.0.2.2"), 1)]);
    }

    /// <summary>An address that two regions announce, such as one of anycast.</summary>
    [Test]
    public void An_address_of_two_regions_is_in_both()
    {
        GeoService[] services = [GeoExample.Routed("eu", "192.0.2.1"), GeoExample.Routed("us", "192.0.2.1"),
            GeoExample.Routed("eu", "192.0.2.2", 200), GeoExample.Routed("us", "192.0.2.3", 200)];

        Views(GeoPolicy.Latency, services).ShouldBe("eu: 192.0.2.1; us: 192.0.2.1; asia: 192.0.2.1; default: 192.0.2.1");
        Default(GeoPolicy.Weighted, services).ShouldBe("192.0.2.1 192.0.2.2 192.0.2.3");
    }

    [Test]
    public void The_priority_decides_within_a_region()
    {
        GeoService[] services = [GeoExample.Routed("eu", "192.0.2.1", 2), GeoExample.Routed("eu", "192.0.2.2", 1)];
        Default(GeoPolicy.Latency, services).ShouldBe("192.0.2.2");
        Default(GeoPolicy.Latency, services, "192.0.2.2").ShouldBe("192.0.2.1");
    }

    [TestCase(GeoPolicy.Latency, "eu: 192.0.2.1; us: 192.0.2.2; asia: 192.0.2.3; default: 192.0.2.1")]
    [TestCase(GeoPolicy.Weighted, null)]
    [TestCase(GeoPolicy.Priority, null)]
    [TestCase(GeoPolicy.Failover, "eu: 192.0.2.1; us: 192.0.2.1; asia: 192.0.2.1; default: 192.0.2.1")]
    public void If_all_are_down_it_answers_as_if_all_were_up(object policy, string? views)
    {
        string[] down = ["192.0.2.1", "192.0.2.2", "192.0.2.3"];
        Views((GeoPolicy)policy, Three, down).ShouldBe(views ?? Views((GeoPolicy)policy, Three));
        Decide((GeoPolicy)policy, Three, down).Names.Single().FailsOpen.ShouldBeTrue();
        Decide((GeoPolicy)policy, Three, down[..2]).Names.Single().FailsOpen.ShouldBeFalse();
    }

    [Test]
    public void Unknown_targets_answer_only_if_none_is_healthy()
    {
        var answers = GeoDecider.Decide(GeoExample.Options, Three, target =>
            target.Address.Address.ToString() == "192.0.2.2" ? TargetVerdict.Healthy : TargetVerdict.Unknown);
        answers.Names.Single().Views["eu"].Single().ToString().ShouldBe("192.0.2.2");
    }

    [Test]
    public void A_hostname_belongs_to_the_namespace_of_the_oldest_service()
    {
        var thief = GeoExample.Routed("us", "203.0.113.9") with
        {
            Name = new ObjectName("evil", "api"),
            Created = DateTime.UnixEpoch.AddDays(1),
            Policy = GeoPolicy.Priority,
            Priority = 0,
        };
        var answers = GeoDecider.Decide(GeoExample.Options, [thief, .. Three], _ => TargetVerdict.Healthy);
        answers.Names.Single().Views.Values.SelectMany(addresses => addresses).ShouldNotContain(IPAddress.Parse("203.0.113.9"));
        answers.Problems.Single().Service.ShouldBe(thief.Name);
        answers.Problems.Single().Problem.ShouldContain("belongs to the namespace shop");
    }

    [Test]
    public void The_older_of_two_services_decides_the_policy()
    {
        GeoService[] services = [Three[0] with { Policy = GeoPolicy.Weighted }, Three[1] with
        {
            Policy = GeoPolicy.Failover, Created = DateTime.UnixEpoch.AddDays(1),
        }];
        var answers = GeoDecider.Decide(GeoExample.Options, services, _ => TargetVerdict.Healthy);
        answers.Names.Single().Views["us"].Length.ShouldBe(2, "weighted");
        answers.Problems.Single().Problem.ShouldContain("several policies");
    }

    [Test]
    public void An_address_of_two_services_is_answered_once() =>
        Default(GeoPolicy.Weighted, [Three[0], Three[0] with { Name = new("shop", "again"), Region = "us" }]).ShouldBe("192.0.2.1");

    [Test]
    public void The_order_of_services_changes_nothing()
    {
        var random = new Random(20);
        for (var round = 0; round < 200; round++)
        {
            var services = Enumerable.Range(0, random.Next(1, 7)).Select(index => GeoExample.Routed(
                GeoExample.Options.Regions[random.Next(3)].Name, $"192.0.2.{random.Next(1, 9)}", random.Next(3), random.Next(3)) with
            {
                Name = new("shop", $"api-{index}"),
                Hostname = $"n{random.Next(2)}.{GeoExample.Zone}",
            }).ToArray();
            var policy = Enum.GetValues<GeoPolicy>()[random.Next(4)];
            var down = Enumerable.Range(0, random.Next(8)).Select(_ => $"192.0.2.{random.Next(1, 9)}").ToArray();
            var expected = Text(services);
            var shuffled = services.ToArray();
            random.Shuffle(shuffled);
            Text(shuffled).ShouldBe(expected);
            var answers = Decide(policy, services, down);
            foreach (var view in answers.Names.SelectMany(name => name.Views.Values.Select(addresses => (name, addresses))))
            {
                view.addresses.ShouldNotBeEmpty("a name that has an address always answers");
                view.addresses.ShouldBeUnique();
                view.addresses.Any(address => down.Contains(address.ToString())).ShouldBe(
                    view.name.FailsOpen, "one that is down is answered where all are");
            }

            string Text(GeoService[] order) => string.Concat(ZoneText.Files(GeoExample.Options, Decide(policy, order, down), 1).Values);
        }
    }

    [Test]
    public void A_zone_is_written_with_its_servers_and_answers()
    {
        GeoService[] services = [GeoExample.Routed("eu", "192.0.2.1", weight: 3), GeoExample.Routed("us", "2001:db8::1")];
        var files = ZoneText.Files(GeoExample.Options, Decide(GeoPolicy.Weighted, services), 42);
        files.Keys.ShouldBe(["asia.zone", "default.zone", "eu.zone", "serial", "us.zone", "weights"]);
        files["serial"].ShouldBe("42");
        files["eu.zone"].ShouldBe("""
            geo.example.com. 5 IN SOA ns-eu.geo.example.com. hostmaster.geo.example.com. 42 3600 600 604800 5
            geo.example.com. 3600 IN NS ns-eu.geo.example.com.
            ns-eu.geo.example.com. 3600 IN A 192.0.2.53
            geo.example.com. 3600 IN NS ns-us.geo.example.com.
            ns-us.geo.example.com. 3600 IN AAAA 2001:db8::53
            api.geo.example.com. 5 IN A 192.0.2.1
            api.geo.example.com. 5 IN AAAA 2001:db8::1

            """);
        files["weights"].ShouldBe("# name, then its addresses with their weights\napi.geo.example.com\n192.0.2.1 3\n2001:db8::1 1\n");
    }

    [Test]
    public void A_serial_always_increases()
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);
        ZoneText.NextSerial(0, now).ShouldBe(1_800_000_000u);
        ZoneText.NextSerial(1_800_000_000, now).ShouldBe(1_800_000_001u, "twice in a second");
        ZoneText.NextSerial(1_900_000_000, now).ShouldBe(1_900_000_001u, "a clock that was set back");
    }

    private static string Views(GeoPolicy policy, GeoService[] services, params string[] down) => string.Join("; ",
        ZoneText.Views(GeoExample.Options).Select(view =>
            $"{view}: {string.Join(' ', Decide(policy, services, down).Names.Single().Views[view])}"));

    private static string Default(GeoPolicy policy, GeoService[] services, params string[] down) =>
        string.Join(' ', Decide(policy, services, down).Names.Single().Views[ZoneText.DefaultView]);

    private static GeoAnswers Decide(GeoPolicy policy, GeoService[] services, params string[] down) => GeoDecider.Decide(
        GeoExample.Options with { Policy = policy }, services,
        target => down.Contains(target.Address.Address.ToString()) ? TargetVerdict.Unhealthy : TargetVerdict.Healthy);
}

public sealed class GeoVerdicts
{
    private static readonly TargetRules Rules = new();

    [Test]
    public void One_success_makes_a_new_address_healthy() => After("+").Verdict.ShouldBe(TargetVerdict.Healthy);

    [Test]
    public void One_failure_changes_no_verdict()
    {
        After("-").Verdict.ShouldBe(TargetVerdict.Unknown);
        After("+-").Verdict.ShouldBe(TargetVerdict.Healthy);
        After("+-+-+-+-").Verdict.ShouldBe(TargetVerdict.Healthy, "a packet lost now and then");
    }

    [Test]
    public void Both_thresholds_change_the_verdict()
    {
        After("+--").Verdict.ShouldBe(TargetVerdict.Unhealthy);
        After("+--+").Verdict.ShouldBe(TargetVerdict.Unhealthy);
        After("+--++").Verdict.ShouldBe(TargetVerdict.Healthy);
        After("--").Verdict.ShouldBe(TargetVerdict.Unhealthy);
    }

    [Test]
    public void A_flapping_target_waits_twice_as_long_each_time_up_to_a_maximum()
    {
        After("+--++--++").Verdict.ShouldBe(TargetVerdict.Unhealthy, "the second time four are needed");
        After("+--++--++++").Verdict.ShouldBe(TargetVerdict.Healthy);
        var health = TargetHealth.Empty;
        var at = TimeSpan.Zero;
        for (var round = 0; round < 20; round++)
        {
            health = Feed(health, "--", ref at);
            health.Verdict.ShouldBe(TargetVerdict.Unhealthy);
            health = Feed(health, new string('+', Rules.SuccessThreshold << Rules.MaxFlapDoublings), ref at);
            health.Verdict.ShouldBe(TargetVerdict.Healthy, "the wait is bounded");
        }
    }

    [Test]
    public void An_old_verdict_becomes_unknown()
    {
        var health = After("+");
        health.At(Rules.Stale, Rules).ShouldBe(TargetVerdict.Healthy);
        health.At(Rules.Stale + TimeSpan.FromSeconds(3), Rules).ShouldBe(TargetVerdict.Unknown);
    }

    [Test]
    public void A_dead_address_is_removed_within_ten_seconds() =>
        // The worst case: it fails right after a probe; CoreDNS reads its files each second, and a pass starts every 0.2 s.
        (Rules.Interval + (Rules.RetryInterval * (Rules.FailureThreshold - 1)) + Rules.Timeout + TimeSpan.FromSeconds(1.2))
            .ShouldBeLessThan(TimeSpan.FromSeconds(10));

    private static TargetHealth After(string results)
    {
        var at = TimeSpan.Zero;
        return Feed(TargetHealth.Empty, results, ref at);
    }

    private static TargetHealth Feed(TargetHealth health, string results, ref TimeSpan at)
    {
        foreach (var result in results)
        {
            at += TimeSpan.FromSeconds(1);
            health = health.With(result == '+', at, Rules);
        }

        return health;
    }
}
