using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace PlatformGitOps.Controller.Configuration;

/// <summary>The config file is invalid; contains all problems with their lines.</summary>
public sealed class ConfigException(IReadOnlyList<string> problems) : Exception(string.Join(Environment.NewLine, problems))
{
    public IReadOnlyList<string> Problems { get; } = problems;
}

/// <summary>Reads the config file; missing keys have the defaults of <see cref="ControllerOptions"/>.</summary>
public static class ConfigFile
{
    public static ControllerOptions Read(string text) => Read(text, Read);

    /// <summary>Reads the config file of another command with its binding function.</summary>
    internal static T Read<T>(string text, Func<ConfigSection, T> bind)
    {
        var problems = new List<string>();
        var yaml = new YamlStream();
        try
        {
            using var reader = new StringReader(text);
            yaml.Load(reader);
        }
        catch (YamlException e)
        {
            throw new ConfigException([$"line {e.Start.Line}: {e.Message}"]);
        }

        if (yaml.Documents is [{ RootNode: not (YamlMappingNode or YamlScalarNode { Value: null or "" }) }, ..])
        {
            throw new ConfigException(["line 1: the file must be a mapping"]);
        }

        var root = yaml.Documents is [{ RootNode: YamlMappingNode mapping }, ..] ? mapping : null;
        var options = bind(new ConfigSection(root, "", problems));
        return problems.Count == 0 ? options : throw new ConfigException(problems);
    }

    private static ControllerOptions Read(ConfigSection root)
    {
        var standard = new ControllerOptions();
        var defaults = Policy(root.Child("healthCheck"), standard.Defaults);
        var profiles = Profiles(root.Child("profiles"), defaults);
        var probes = root.Child("probes");
        var options = new ControllerOptions
        {
            Defaults = defaults,
            Profiles = profiles,
            Namespaces = root.Texts("namespaces"),
            LabelPrefix = root.LabelPrefix("labelPrefix", standard.LabelPrefix),
            Shards = root.Number("shards", standard.Shards, 1, ControllerOptions.MostShards),
            ShortestInterval = probes.Duration("shortestInterval", standard.ShortestInterval),
            MaxConcurrentProbes = probes.Number("maxConcurrent", standard.MaxConcurrentProbes, 1, 65536),
            AuthoritiesFile = probes.Text("authoritiesFile", "") is { Length: > 0 } file ? file : null,
            Networks = Networks(probes, root.Child("endpointSlices")),
            Guards = Guards(root.Child("guards"), standard.Guards),
            LeaderElection = Election(root.Child("leaderElection"), standard.LeaderElection),
            WatchSilence = root.Duration("watchSilence", standard.WatchSilence),
        };
        probes.RefuseOthers();
        root.RefuseOthers();
        return options;
    }

    /// <summary>Denied networks are added to the built-in ones; loopback may only be probed by a benchmark on one machine.</summary>
    internal static IReadOnlyList<IPNetwork> DeniedNetworks(ConfigSection probes) =>
    [
        .. ProbeNetworks.NeverProbed.Except(probes.Flag("allowLoopback", false) ? ProbeNetworks.Loopback : []),
        .. probes.Networks("deniedNetworks"),
    ];

    private static ProbeNetworks Networks(ConfigSection probes, ConfigSection slices)
    {
        var rules = new ProbeNetworks
        {
            Denied = DeniedNetworks(probes),
            Declarable = slices.Networks("networks"),
            Reserved = slices.Networks("reserved"),
        };
        slices.RefuseOthers();
        return rules;
    }

    private static HealthPolicy Policy(ConfigSection section, HealthPolicy fallback)
    {
        var policy = fallback with
        {
            Scheme = section.Word("scheme", fallback.Scheme),
            Path = section.Path("path", fallback.Path),
            Interval = section.Duration("interval", fallback.Interval, PolicyLimits.LongestInterval),
            RetryInterval = section.Duration("retryInterval", fallback.RetryInterval, PolicyLimits.LongestInterval),
            Timeout = section.Duration("timeout", fallback.Timeout, PolicyLimits.LongestTimeout),
            FailureThreshold = section.Number("failureThreshold", fallback.FailureThreshold, 1, PolicyLimits.HighestThreshold),
            SuccessThreshold = section.Number("successThreshold", fallback.SuccessThreshold, 1, PolicyLimits.HighestThreshold),
            Removal = section.Word("removal", fallback.Removal),
            ServeLabel = section.Text("serveLabel", fallback.ServeLabel),
            MinHealthy = section.Share("minHealthy", fallback.MinHealthy),
            DnsName = section.DnsName("dnsName", fallback.DnsName),
            VerifyTls = section.Flag("verifyTls", fallback.VerifyTls),
        };
        section.RefuseOthers();
        return policy;
    }

    private static Dictionary<string, HealthPolicy> Profiles(ConfigSection section, HealthPolicy defaults)
    {
        var fast = ControllerOptions.Fast(defaults);
        var profiles = new Dictionary<string, HealthPolicy>(StringComparer.Ordinal) { ["fast"] = fast };
        foreach (var name in section.Keys.ToArray())
        {
            profiles[name] = Policy(section.Child(name), name == "fast" ? fast : defaults);
        }

        return profiles;
    }

    private static GuardOptions Guards(ConfigSection section, GuardOptions fallback)
    {
        var guards = new GuardOptions
        {
            PartitionShare = section.Number("partitionPercent", (int)(fallback.PartitionShare * 100), 1, 100) / 100.0,
            PartitionMinimum = section.Number("partitionMinimum", fallback.PartitionMinimum, 2, 1000),
            FlapWindow = section.Duration("flapWindow", fallback.FlapWindow),
            MaxFlapDoublings = section.Number("maxFlapDoublings", fallback.MaxFlapDoublings, 0, 10),
        };
        section.RefuseEarlier("vantagePercent", "partitionPercent");
        section.RefuseEarlier("vantageMinimum", "partitionMinimum");
        section.RefuseOthers();
        return guards;
    }

    private static LeaderElectionOptions Election(ConfigSection section, LeaderElectionOptions fallback)
    {
        var election = new LeaderElectionOptions
        {
            LeaseName = section.Text("leaseName", fallback.LeaseName),
            LeaseDuration = section.Duration("leaseDuration", fallback.LeaseDuration),
            RenewDeadline = section.Duration("renewDeadline", fallback.RenewDeadline),
            RetryPeriod = section.Duration("retryPeriod", fallback.RetryPeriod),
            BalanceAfter = section.Duration("balanceAfter", fallback.BalanceAfter),
        };
        section.Require(
            election.LeaseDuration > election.RenewDeadline && election.RenewDeadline > election.RetryPeriod,
            "leaseDuration must be longer than renewDeadline, and renewDeadline longer than retryPeriod: otherwise two instances may lead");
        section.RefuseOthers();
        return election;
    }
}
