using PlatformGitOps.Controller.Configuration;
using PlatformGitOps.KubeClient.Objects;

namespace PlatformGitOps.Controller.Policies;

/// <summary>Reads a Service's annotations over the defaults and profiles of the configuration; collects every problem.</summary>
public sealed class PolicyReader(ControllerOptions options)
{
    public PolicyResult Read(Service service)
    {
        var meta = service.Metadata;
        if (meta.Annotation(Annotations.Enabled) != "true")
        {
            return new PolicyResult.NotAsked();
        }

        var problems = new List<string>();
        var read = new AnnotationReader(meta, problems);
        var defaults = read.OneOf(Annotations.Profile, options.Profiles) ?? options.Defaults;
        var policy = defaults with
        {
            Scheme = read.Enum<ProbeScheme>(Annotations.Scheme) ?? defaults.Scheme,
            Port = read.Port(Annotations.Port) ?? defaults.Port,
            Path = read.Path(Annotations.Path) ?? defaults.Path,
            Interval = read.Duration(Annotations.Interval) ?? defaults.Interval,
            RetryInterval = read.Duration(Annotations.RetryInterval) ?? defaults.RetryInterval,
            Timeout = read.Duration(Annotations.Timeout) ?? defaults.Timeout,
            FailureThreshold = read.Number(Annotations.FailureThreshold) ?? defaults.FailureThreshold,
            SuccessThreshold = read.Number(Annotations.SuccessThreshold) ?? defaults.SuccessThreshold,
            Removal = read.Enum<Removal>(Annotations.Removal) ?? defaults.Removal,
            ServeLabel = read.Text(Annotations.ServeLabel) ?? defaults.ServeLabel,
            MinHealthy = read.Share(Annotations.MinHealthy) ?? defaults.MinHealthy,
            DnsName = read.DnsName(Annotations.DnsName) ?? defaults.DnsName,
            GrpcService = read.Text(Annotations.GrpcService) ?? defaults.GrpcService,
            ServerName = read.Text(Annotations.ServerName) ?? defaults.ServerName ?? $"{meta.Name}.{meta.Namespace}.svc",
            VerifyTls = read.Flag(Annotations.VerifyTls) ?? defaults.VerifyTls,
            Addresses = read.Addresses(Annotations.Addresses),
        };

        problems.AddRange(Problems(service, policy));
        return problems.Count > 0 ? new PolicyResult.Invalid(problems) : new PolicyResult.Valid(policy);
    }

    private IEnumerable<string> Problems(Service service, HealthPolicy policy)
    {
        var selector = service.Spec.Selector;
        if (policy.Removal == Removal.EndpointSlices)
        {
            if (selector is { Count: > 0 })
            {
                yield return "removal endpoint-slices is for Services without a selector: the endpoint slice controller owns the slices of this one";
            }

            if (policy.Addresses.Count == 0)
            {
                yield return $"removal endpoint-slices needs {Annotations.Addresses}";
            }

            foreach (var address in policy.Addresses.Where(address => !options.Networks.Allows(address)))
            {
                yield return $"{Annotations.Addresses}: {address} is in a network that is never probed";
            }
        }
        else if (selector is not { Count: > 0 })
        {
            yield return "the Service has no selector: use removal endpoint-slices";
        }

        if (policy.Removal == Removal.ServeLabel && selector is not null && selector.GetValueOrDefault(policy.ServeLabel) != Annotations.ServeValue)
        {
            yield return $"the Service's selector lacks {policy.ServeLabel}: \"{Annotations.ServeValue}\", so taking the label off would change nothing";
        }

        if (policy.Removal == Removal.ServeLabel && selector is { Count: 1 })
        {
            yield return "the Service's selector is the serve label alone: a pod without it could not be found again";
        }

        if (policy.Interval < options.ShortestInterval || policy.RetryInterval < options.ShortestInterval)
        {
            yield return $"an interval is shorter than {Durations.Format(options.ShortestInterval)}";
        }

        if (policy.Timeout <= TimeSpan.Zero || policy.Timeout > policy.Interval)
        {
            yield return "the timeout must be positive and no longer than the interval";
        }

        if (service.Spec.Ports is not { Count: > 0 })
        {
            yield return "the Service has no ports";
        }
        else if (TakingOut.Membership.ServicePort(service, policy) is null)
        {
            yield return $"{Annotations.Port}: {policy.Port} is no port of the Service";
        }
    }
}
