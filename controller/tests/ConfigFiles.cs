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

        failure.Problems.Count.ShouldBe(4);
        failure.Problems[0].ShouldBe("line 2: healthCheck.interval must be a duration such as 500ms or 10s, at most 3600s");
        failure.Problems[1].ShouldStartWith("line 3: unknown key healthCheck.intervall");
        failure.Problems[2].ShouldBe("line 4: guards must be a mapping");
        failure.Problems[3].ShouldContain("otherwise two instances may lead");
    }

    [Test]
    public void An_invalid_DNS_name_is_refused() =>
        Should.Throw<ConfigException>(() => ConfigFile.Read("healthCheck: {dnsName: a..b}")).Message
            .ShouldBe("line 1: healthCheck.dnsName must be a domain name");

    [TestCase("healthCheck: {timeout: 1300h}", "healthCheck.timeout must be a duration such as 500ms or 10s, at most 30s")]
    [TestCase("shards: 33", "shards must be a number from 1 to 32")]
    [TestCase("watchSilence: 1300h", "watchSilence must be a duration such as 500ms or 10s, at most 86400s")]
    [TestCase("healthCheck: {path: //evil.example}", "healthCheck.path must be a path that starts with one slash")]
    [TestCase("labelPrefix: node-role.kubernetes.io", "labelPrefix must be a domain such as dns.example.com, not kubernetes.io or k8s.io")]
    [TestCase("labelPrefix: dns", "labelPrefix must be a domain such as dns.example.com, not kubernetes.io or k8s.io")]
    public void A_value_out_of_bounds_is_refused(string text, string problem) =>
        Should.Throw<ConfigException>(() => ConfigFile.Read(text)).Message.ShouldBe($"line 1: {problem}");

    [TestCase("vantagePercent", "partitionPercent")]
    [TestCase("vantageMinimum", "partitionMinimum")]
    public void A_renamed_key_is_refused_with_its_new_name(string earlier, string key) =>
        Should.Throw<ConfigException>(() => ConfigFile.Read($"guards: {{{earlier}: 60}}")).Message
            .ShouldBe($"line 1: guards.{earlier} is now guards.{key}: write the value there");

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
