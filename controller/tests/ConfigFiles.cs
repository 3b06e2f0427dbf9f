using System.Reflection;
using PlatformGitOps.Dns.Messages;

namespace PlatformGitOps.Controller.Tests;

public sealed class ConfigFiles
{
    [Test]
    public void An_empty_file_has_the_defaults()
    {
        ConfigFile.Read("").Defaults.ShouldBe(new ControllerOptions().Defaults);
        ConfigFile.Read("# nothing").Guards.ShouldBe(new GuardOptions());
    }

    [Test]
    public void A_file_overrides_the_defaults()
    {
        var options = ConfigFile.Read("""
            healthCheck: {interval: 5s, timeout: 2s, path: /ready, minHealthy: 75%}
            profiles:
              fast: {failureThreshold: 3}
              gentle: {interval: 30s, removal: readiness-gate}
            namespaces: [shop, kube-system]
            labelPrefix: dns.example.com
            shards: 8
            probes: {maxConcurrent: 64, deniedNetworks: [10.0.0.0/8]}
            endpointSlices: {networks: [192.168.0.0/16], reserved: [192.168.7.0/24]}
            guards: {partitionPercent: 60, flapWindow: 5m}
            leaderElection: {leaseDuration: 15s, renewDeadline: 10s, retryPeriod: 2s}
            watchSilence: 2m
            """);

        options.Defaults.Interval.ShouldBe(TimeSpan.FromSeconds(5));
        options.Profiles["fast"].FailureThreshold.ShouldBe(3);
        options.Profiles["fast"].Path.ShouldBe("/ready", "profiles stand on the file's own defaults");
        options.Profiles["gentle"].Removal.ShouldBe(RemovalMethod.ReadinessGate);
        options.Namespaces.ShouldBe(["shop", "kube-system"]);
        options.Networks.Allows(IPAddress.Parse("10.1.1.1")).ShouldBeFalse();
        options.Networks.Allows(IPAddress.Loopback).ShouldBeFalse("what is denied comes on top of the built-in networks");
        options.Networks.Refusal(IPAddress.Parse("192.168.1.1")).ShouldBeNull();
        options.Networks.Refusal(IPAddress.Parse("192.168.7.1")).ShouldBe("belongs to the cluster itself");
        options.IsServeLabel("dns.example.com/serve").ShouldBeTrue();
        options.Shards.ShouldBe(8);
        options.Guards.PartitionShare.ShouldBe(0.6);
        options.LeaderElection.LeaseDuration.ShouldBe(TimeSpan.FromSeconds(15));
    }

    [Test]
    public void Every_problem_is_reported_with_its_line()
    {
        var failure = Should.Throw<ConfigException>(() => ConfigFile.Read("""
            healthCheck:
              interval: 5
              intervall: 5s
            guards: []
            leaderElection: {leaseDuration: 1s}
            """));

        failure.Problems.Order().ShouldBe(
        [
            "config:2: healthCheck.interval: '5' is not valid. Write a duration such as 500ms or 10s, from 1ms to 3600s.",
            "config:3: unknown key healthCheck.intervall. Write one of: dnsName, failureThreshold, interval, minHealthy, path, removal, "
                + "retryInterval, scheme, serveLabel, successThreshold, timeout, verifyTls.",
            "config:4: guards: a list is not valid. Write a mapping.",
            "config:5: leaderElection: leaseDuration (1s) must be longer than renewDeadline (2.5s): otherwise two instances may lead",
        ]);
    }

    [Test]
    public void An_invalid_DNS_name_is_refused() =>
        Should.Throw<ConfigException>(() => ConfigFile.Read("healthCheck: {dnsName: a..b}")).Message
            .ShouldBe("config:1: healthCheck.dnsName: 'a..b' is not valid. Write a domain name.");

    [TestCase("healthCheck: {timeout: 1300h}",
        "healthCheck.timeout: '1300h' is not valid. Write a duration such as 500ms or 10s, from 1ms to 30s.")]
    [TestCase("healthCheck: {interval: 0s}",
        "healthCheck.interval: '0s' is not valid. Write a duration such as 500ms or 10s, from 1ms to 3600s.")]
    [TestCase("healthCheck: {interval: -5s}",
        "healthCheck.interval: '-5s' is not valid. Write a duration such as 500ms or 10s, from 1ms to 3600s.")]
    [TestCase("healthCheck: {interval: 2s}", "healthCheck: timeout must be at most the interval: 3s is longer than 2s")]
    [TestCase("profiles: {slow: {timeout: 20s}}", "profiles.slow: timeout must be at most the interval: 20s is longer than 10s")]
    [TestCase("healthCheck: {retryInterval: 1ms}",
        "healthCheck: interval and retryInterval must be at least probes.shortestInterval, 250ms")]
    [TestCase("healthCheck: {serveLabel: app}", "healthCheck: serveLabel: 'app' must be below dns.aikernel.io/")]
    [TestCase("healthCheck: {removal: endpoint-slices}", "healthCheck: removal: endpoint-slices needs endpointSlices.networks")]
    [TestCase("healthCheck: [a]", "healthCheck: a list is not valid. Write a mapping.")]
    [TestCase("shards: 33", "shards: '33' is not valid. Write a number from 1 to 32.")]
    [TestCase("shards: {a: 1}", "shards: a mapping is not valid. Write a number from 1 to 32.")]
    [TestCase("shards:", "shards: no value is not valid. Write a number from 1 to 32.")]
    [TestCase("watchSilence: 30s", "watchSilence: '30s' is not valid. Write a duration such as 500ms or 10s, from 70s to 3600s.")]
    [TestCase("healthCheck: {path: //evil.example}",
        "healthCheck.path: '//evil.example' is not valid. Write a path that starts with one slash.")]
    [TestCase("labelPrefix: node-role.kubernetes.io",
        "labelPrefix: 'node-role.kubernetes.io' is not valid. Write a domain such as dns.example.com, not kubernetes.io or k8s.io.")]
    [TestCase("labelPrefix: dns", "labelPrefix: 'dns' is not valid. Write a domain such as dns.example.com, not kubernetes.io or k8s.io.")]
    [TestCase("namespaces: [Shop]", "namespaces: 'Shop' is not valid. Write a name of lower-case letters, digits and dashes.")]
    [TestCase("namespaces: [{name: shop}]", "namespaces: a mapping is not valid. Write a name of lower-case letters, digits and dashes.")]
    [TestCase("namespaces: [shop, shop]", "namespaces: 'shop' is there twice. Write it once.")]
    [TestCase("namespaces:",
        "namespaces: no value is not valid. Write a list, each entry a name of lower-case letters, digits and dashes.")]
    [TestCase("endpointSlices: {networks: [10/99]}", "endpointSlices.networks: '10/99' is not valid. Write a network such as 10.0.0.0/8.")]
    [TestCase("leaderElection: {retryPeriod: 2s}",
        "leaderElection: renewDeadline (2.5s) must be at least twice the retryPeriod (2s): otherwise a slow answer costs the Lease")]
    [TestCase("leaderElection: {leaseName: A b}",
        "leaderElection.leaseName: 'A b' is not valid. Write a name of lower-case letters, digits, dashes and dots.")]
    [TestCase("? [a]\n: 1",
        "unknown key a list. Write one of: endpointSlices, guards, healthCheck, labelPrefix, leaderElection, namespaces, "
            + "probes, profiles, shards, watchSilence.")]
    public void A_value_that_cannot_be_used_is_refused(string text, string problem) =>
        Should.Throw<ConfigException>(() => ConfigFile.Read(text)).Message.ShouldBe($"config:1: {problem}");

    [Test]
    public void The_default_serve_label_is_below_the_label_prefix() =>
        ConfigFile.Read("labelPrefix: dns.example.com").Profiles["fast"].ServeLabel.ShouldBe("dns.example.com/serve");

    [Test]
    public void A_second_document_is_refused() =>
        Should.Throw<ConfigException>(() => ConfigFile.Read("shards: 2\n---\nshards: 3\n")).Message
            .ShouldBe("config:3: the file has a second document. Write all keys in one.");

    [TestCase("vantagePercent", "partitionPercent")]
    [TestCase("vantageMinimum", "partitionMinimum")]
    public void A_renamed_key_is_refused_with_its_new_name(string earlier, string key) =>
        Should.Throw<ConfigException>(() => ConfigFile.Read($"guards: {{{earlier}: 60}}")).Message
            .ShouldBe($"config:1: guards.{earlier} is now guards.{key}: write the value there");

    [TestCase("- a list")]
    [TestCase("a: [unclosed")]
    public void A_file_without_a_mapping_is_refused(string text) => Should.Throw<ConfigException>(() => ConfigFile.Read(text));
}

public sealed class Publishing
{
    /// <summary>
    /// IsAotCompatible runs the analyzers of trimming, single files and Native AOT in every build; their warnings are errors.
    /// </summary>
    [TestCase(typeof(Reconciler))]
    [TestCase(typeof(DnsMessage))]
    public void All_programs_are_built_with_the_Native_AOT_analyzers(Type type) =>
        type.Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Select(entry => $"{entry.Key}={entry.Value}").ShouldContain("IsAotCompatible=True");
}
