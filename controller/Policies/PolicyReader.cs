namespace PlatformGitOps.Controller.Policies;

/// <summary>The result of reading a Service's annotations.</summary>
internal abstract record PolicyResult
{
    private PolicyResult()
    {
    }

    /// <summary>The Service has no health checks.</summary>
    internal sealed record NotEnabled : PolicyResult;

    /// <summary>It has health checks, but its configuration is invalid. It is ignored until corrected.</summary>
    internal sealed record Invalid(IReadOnlyList<string> Problems) : PolicyResult;

    /// <param name="Policy">The policy.</param>
    /// <param name="Problems">Invalid annotations that do not matter for the others.</param>
    internal sealed record Valid(HealthPolicy Policy, IReadOnlyList<string> Problems) : PolicyResult;
}

/// <summary>Reads a Service's annotations, with the defaults and profiles of the config file; collects all problems.</summary>
internal sealed class PolicyReader(ControllerOptions options)
{
    public PolicyResult Read(V1Service service)
    {
        List<string> problems = [], tolerated = [];
        var read = new AnnotationReader(service, problems, tolerated);
        if (read.Flag(Annotations.Enabled) != true)
        {
            return problems.Count > 0 ? new PolicyResult.Invalid(problems) : new PolicyResult.NotEnabled();
        }

        var defaults = read.OneOf(Annotations.Profile, options.Profiles) ?? options.Defaults;
        var policy = defaults with
        {
            Scheme = read.Enum<ProbeScheme>(Annotations.Scheme) ?? defaults.Scheme,
            Port = read.Text(Annotations.Port) ?? defaults.Port,
            Path = read.Path(Annotations.Path) ?? defaults.Path,
            Interval = read.Duration(Annotations.Interval, PolicyLimits.LongestInterval) ?? defaults.Interval,
            RetryInterval = read.Duration(Annotations.RetryInterval, PolicyLimits.LongestInterval) ?? defaults.RetryInterval,
            Timeout = read.Duration(Annotations.Timeout, PolicyLimits.LongestTimeout) ?? defaults.Timeout,
            FailureThreshold = read.Number(Annotations.FailureThreshold) ?? defaults.FailureThreshold,
            SuccessThreshold = read.Number(Annotations.SuccessThreshold) ?? defaults.SuccessThreshold,
            Removal = read.Enum<RemovalMethod>(Annotations.Removal) ?? defaults.Removal,
            ServeLabel = read.Text(Annotations.ServeLabel) ?? defaults.ServeLabel,
            MinHealthy = read.Share(Annotations.MinHealthy) ?? defaults.MinHealthy,
            DnsName = read.DnsName(Annotations.DnsName) ?? defaults.DnsName,
            GrpcService = read.GrpcService(Annotations.GrpcService) ?? defaults.GrpcService,
            ServerName = read.ServerName(Annotations.ServerName)
                ?? defaults.ServerName ?? $"{service.Metadata.Name}.{service.Metadata.NamespaceProperty}.svc",
            VerifyTls = read.Flag(Annotations.VerifyTls) ?? defaults.VerifyTls,
            Addresses = read.Addresses(Annotations.Addresses),
        };

        policy = Bounded(policy, tolerated);
        tolerated.AddRange((service.Metadata.Annotations?.Keys ?? []).Order(StringComparer.Ordinal)
            .Where(key => key.StartsWith(Annotations.Prefix, StringComparison.Ordinal) && !Annotations.OfServices.Contains(key))
            .Select(key => $"{AnnotationReader.Short(key)} is not known and is ignored: write one of "
                + string.Join(", ", Annotations.OfServices.Select(known => known[Annotations.Prefix.Length..]))));
        problems.AddRange(Problems(service, policy));
        return problems.Count > 0 ? new PolicyResult.Invalid([.. problems, .. tolerated]) : new PolicyResult.Valid(policy, tolerated);
    }

    /// <summary>Keeps intervals and time-out in their limits. The values may come from different places.</summary>
    private HealthPolicy Bounded(HealthPolicy policy, List<string> tolerated)
    {
        var interval = AtLeast(Annotations.Interval, policy.Interval);
        var timeout = policy.Timeout < interval ? policy.Timeout : interval;
        if (policy.Timeout > interval)
        {
            tolerated.Add($"{Annotations.Timeout}: {Durations.Format(policy.Timeout)} is longer than the interval; "
                + $"{Durations.Format(interval)} is used: write at most that, or a longer {Annotations.Interval}");
        }

        var retry = AtLeast(Annotations.RetryInterval, policy.RetryInterval);
        return policy with { Interval = interval, RetryInterval = retry, Timeout = timeout };

        TimeSpan AtLeast(string key, TimeSpan value)
        {
            if (value >= options.ShortestInterval)
            {
                return value;
            }

            var least = Durations.Format(options.ShortestInterval);
            tolerated.Add($"{key}: {Durations.Format(value)} is shorter than {least}; {least} is used: write at least that");
            return options.ShortestInterval;
        }
    }

    private IEnumerable<string> Problems(V1Service service, HealthPolicy policy)
    {
        var selector = service.Spec?.Selector;
        if (service.Spec?.Type == "ExternalName")
        {
            yield return "an ExternalName Service has no endpoints";
        }
        else if (policy.Removal == RemovalMethod.EndpointSlices && options.Networks.Declarable.Count == 0)
        {
            yield return "removal endpoint-slices is switched off in this cluster (endpointSlices.networks of the controller's config)";
        }
        else if (policy.Removal == RemovalMethod.EndpointSlices)
        {
            if (selector is { Count: > 0 })
            {
                yield return "removal endpoint-slices is for Services without a selector: "
                    + "the EndpointSlice controller owns the slices of this Service";
            }

            if (policy.Addresses.Count == 0)
            {
                yield return $"removal endpoint-slices needs {Annotations.Addresses}";
            }

            // One is enough for an Event, and names what to correct.
            if (policy.Addresses.Select(address => (address, Why: options.Networks.Refusal(address)))
                .FirstOrDefault(item => item.Why is not null) is (not null, { } why) refused)
            {
                yield return $"{Annotations.Addresses}: {refused.address} {why}";
            }
        }
        else if (selector is not { Count: > 0 })
        {
            yield return "the Service has no selector: use removal endpoint-slices";
        }

        if (policy.Removal == RemovalMethod.ServeLabel && !options.IsServeLabel(policy.ServeLabel))
        {
            yield return $"{Annotations.ServeLabel}: '{policy.ServeLabel}' is not below {options.LabelPrefix}/";
        }

        if (policy.Removal == RemovalMethod.ReadinessGate && service.Spec?.PublishNotReadyAddresses == true)
        {
            yield return "with publishNotReadyAddresses a pod stays in DNS whatever its readiness gate says: use removal serve-label";
        }

        if (policy.Removal == RemovalMethod.ServeLabel && selector is not null)
        {
            if (!selector.TryGetValue(policy.ServeLabel, out var value) || value != Annotations.ServeValue)
            {
                yield return $"the Service's selector lacks {policy.ServeLabel}: \"{Annotations.ServeValue}\", "
                    + "so removing the label from a pod would change nothing";
            }
            else if (selector.Count == 1)
            {
                yield return "the Service's selector is the serve label alone, so a pod without the label could not be found again";
            }
        }

        if (service.Spec?.Ports is not { Count: > 0 })
        {
            yield return "the Service has no ports";
        }
        else if (EndpointResolver.ServicePort(service, policy) is null)
        {
            yield return $"{Annotations.Port}: '{policy.Port}' is not a port of the Service: write one of "
                + EndpointResolver.PortsOf(service);
        }
    }
}
