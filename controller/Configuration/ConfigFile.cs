using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace PlatformGitOps.Controller.Configuration;

/// <summary>Reads the config file; missing keys have the defaults of <see cref="ControllerOptions"/>.</summary>
public static class ConfigFile
{
    private static readonly TimeSpan LongestLease = TimeSpan.FromMinutes(10);

    /// <param name="text">Its content.</param>
    /// <param name="file">Its name in messages.</param>
    public static ControllerOptions Read(string text, string file = "config") => Read(text, file, Read);

    /// <summary>Reads the file at a path.</summary>
    internal static T Load<T>(string path, Func<string, string, T> read)
    {
        try
        {
            return read(File.ReadAllText(path), path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ConfigException([$"{path}: the config file does not exist. Mount its ConfigMap there, or pass another --config."]);
        }
        catch (UnauthorizedAccessException) when (Directory.Exists(path))
        {
            throw new ConfigException([$"{path} is a folder. Pass --config the file in it."]);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new ConfigException([$"{path}: the config file cannot be read: {e.Message} Let user {Environment.UserName} read it."]);
        }
    }

    /// <summary>Reads the config file of another command with its binding function.</summary>
    internal static T Read<T>(string text, string file, Func<ConfigSection, T> bind)
    {
        var problems = new ConfigProblems(file);
        var yaml = new YamlStream();
        try
        {
            using var reader = new StringReader(text);
            yaml.Load(reader);
        }
        catch (YamlException e)
        {
            throw new ConfigException([$"{file}:{e.Start.Line}: this is not valid YAML: {e.Message}"]);
        }

        var root = yaml.Documents.Count > 0 ? yaml.Documents[0].RootNode : null;
        if (root is not (null or YamlMappingNode or YamlScalarNode { Value: null or "" }))
        {
            problems.Add(root, $"the file is {ConfigProblems.Quote(root)}. Write a mapping, such as 'shards: 1'.");
            throw new ConfigException(problems.Found);
        }

        if (yaml.Documents.Count > 1)
        {
            problems.Add(yaml.Documents[1].RootNode, "the file has a second document. Write all keys in one.");
        }

        var options = bind(new ConfigSection(root as YamlMappingNode, "", problems));
        return problems.Found.Count == 0 ? options : throw new ConfigException(problems.Found);
    }

    private static ControllerOptions Read(ConfigSection root)
    {
        var standard = new ControllerOptions();
        var probes = root.Child("probes");
        var basis = new ControllerOptions
        {
            Namespaces = root.Labels("namespaces"),
            LabelPrefix = root.LabelPrefix("labelPrefix", standard.LabelPrefix),
            Shards = root.Number("shards", standard.Shards, 1, ControllerOptions.MostShards),
            ShortestInterval = probes.Duration(
                "shortestInterval", standard.ShortestInterval, PolicyLimits.LongestInterval, TimeSpan.FromMilliseconds(10)),
            MaxConcurrentProbes = probes.Number("maxConcurrent", standard.MaxConcurrentProbes, 1, 65536),
            AuthoritiesFile = probes.Text("authoritiesFile", "") is { Length: > 0 } file ? file : null,
            Networks = Networks(probes, root.Child("endpointSlices")),
            Guards = Guards(root.Child("guards"), standard.Guards),
            LeaderElection = Election(root.Child("leaderElection"), standard.LeaderElection),
            // Bookmarks arrive about once a minute, and a watch without an event for so long counts as dead.
            WatchSilence = root.Duration("watchSilence", standard.WatchSilence, TimeSpan.FromHours(1), TimeSpan.FromSeconds(70)),
        };
        var defaults = Policy(
            root.Child("healthCheck"), standard.Defaults with { ServeLabel = $"{basis.LabelPrefix}/{Annotations.ServeName}" }, basis);
        var options = basis with { Defaults = defaults, Profiles = Profiles(root.Child("profiles"), defaults, basis) };
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

    private static HealthPolicy Policy(ConfigSection section, HealthPolicy fallback, ControllerOptions options)
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
        section.Require(policy.Timeout <= policy.Interval, "timeout must be at most the interval: "
            + $"{Durations.Format(policy.Timeout)} is longer than {Durations.Format(policy.Interval)}", "interval", "timeout");
        section.Require(policy.Interval >= options.ShortestInterval && policy.RetryInterval >= options.ShortestInterval,
            $"interval and retryInterval must be at least probes.shortestInterval, {Durations.Format(options.ShortestInterval)}",
            "retryInterval", "interval");
        section.Require(options.IsServeLabel(policy.ServeLabel),
            $"serveLabel: '{policy.ServeLabel}' must be below {options.LabelPrefix}/", "serveLabel");
        section.Require(policy.Removal != RemovalMethod.EndpointSlices || options.Networks.Declarable.Count > 0,
            "removal: endpoint-slices needs endpointSlices.networks", "removal");
        section.RefuseOthers();
        return policy;
    }

    private static Dictionary<string, HealthPolicy> Profiles(ConfigSection section, HealthPolicy defaults, ControllerOptions options)
    {
        var fast = ControllerOptions.Fast(defaults);
        var profiles = new Dictionary<string, HealthPolicy>(StringComparer.Ordinal) { ["fast"] = fast };
        foreach (var name in section.Keys.ToArray())
        {
            profiles[name] = Policy(section.Child(name), name == "fast" ? fast : defaults, options);
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
            LeaseName = section.Name("leaseName", fallback.LeaseName),
            LeaseDuration = section.Duration("leaseDuration", fallback.LeaseDuration, LongestLease, TimeSpan.FromSeconds(1)),
            RenewDeadline = section.Duration("renewDeadline", fallback.RenewDeadline, LongestLease),
            RetryPeriod = section.Duration("retryPeriod", fallback.RetryPeriod, LongestLease, TimeSpan.FromMilliseconds(100)),
            BalanceAfter = section.Duration("balanceAfter", fallback.BalanceAfter),
        };
        section.Require(
            election.LeaseDuration > election.RenewDeadline,
            $"leaseDuration ({Durations.Format(election.LeaseDuration)}) must be longer than renewDeadline "
            + $"({Durations.Format(election.RenewDeadline)}): otherwise two instances may lead", "renewDeadline", "leaseDuration");
        section.Require(
            election.RenewDeadline >= election.RetryPeriod * 2,
            $"renewDeadline ({Durations.Format(election.RenewDeadline)}) must be at least twice the retryPeriod "
            + $"({Durations.Format(election.RetryPeriod)}): otherwise a slow answer costs the Lease", "retryPeriod", "renewDeadline");
        section.RefuseOthers();
        return election;
    }
}
