using CliWrap.Exceptions;
using PlatformGitOps.Acceptance.Criteria.NodeLocal;
using PlatformGitOps.Acceptance.Criteria.Substrate;
using PlatformGitOps.Generator.Apps.DnsHealthController;

namespace PlatformGitOps.Acceptance.Criteria;

/// <summary>A class with the checks of one criterion: of the story (AC1 and so on), or of this suite.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class CriterionAttribute(string id, string text) : Attribute
{
    public string Id { get; } = id;
    public string Text { get; } = text;

    /// <summary>
    /// A feature that is off by default and that the checks test. On clusters to which the suite delivers, they enable it.
    /// </summary>
    public Feature SwitchesOn { get; init; }
}

/// <summary>A class with more checks and sabotages of a criterion.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ChecksOfAttribute(Type criterion) : Attribute
{
    public Type Criterion { get; } = criterion;
}

/// <summary>A line of the validation matrix, with a static check, a live check, or both.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class CheckAttribute(string id, string title, string expected) : Attribute
{
    /// <summary>For example AC2.3.</summary>
    public string Id { get; } = id;

    public string Title { get; } = title;

    /// <summary>The expected output. <c>{NAME}</c> is replaced by the cluster's value of that setting.</summary>
    public string Expected { get; } = expected;

    /// <summary>The command with which a user sees it. <c>{context}</c> is replaced by the kubectl context.</summary>
    public string? Command { get; init; }

    /// <summary>The feature that the definition must enable for this line.</summary>
    public Feature Needs { get; init; }
}

/// <summary>Features of the delivery that a definition can switch off.</summary>
public enum Feature
{
    Always,
    Monitoring,
    NetworkPolicy,
    HealthChecksOfCoreDns,

    /// <summary>From Kubernetes 1.30.</summary>
    AdmissionPolicies,
    Substrate,

    /// <summary>Flux verifies signatures.</summary>
    SignedSource,
    HealthController,
    NodeLocalDns,
    Autoscaling,
    GeoRouting,
    DnsCheck,
    ExternalDns,
    Notifications,
    NamedSecrets,
    Keys,
}

/// <summary>A method that tests a line of the matrix in the rendered tree. It takes a <see cref="RenderedCluster"/>.</summary>
/// <param name="reads">What the check reads.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class StaticCheckAttribute(string id, string reads) : Attribute
{
    public string Id { get; } = id;
    public string Reads { get; } = reads;
}

/// <summary>A method that tests a line of the matrix on a running cluster. It takes a <see cref="LiveCluster"/> and a token.</summary>
/// <param name="reads">What the check reads.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LiveCheckAttribute(string id, string reads) : Attribute
{
    public string Id { get; } = id;
    public string Reads { get; } = reads;

    /// <summary>True if the check disrupts or changes DNS. It only runs where that is allowed.</summary>
    public bool Disruptive { get; init; }

    /// <summary>True if it measures a planned change during which no query may fail.</summary>
    public bool ZeroLoss { get; init; }

    /// <summary>True if it changes what other checks query, although it does not disrupt DNS.</summary>
    public bool Alone { get; init; }
}

/// <summary>The target of a check: the rendered tree or a running cluster.</summary>
public enum CheckMode
{
    Static,
    Live,
}

/// <summary>A line of the matrix with its checks.</summary>
public sealed record Check
{
    public required CriterionAttribute Criterion { get; init; }
    public required CheckAttribute Line { get; init; }
    public StaticCheckAttribute? Static { get; init; }
    public LiveCheckAttribute? Live { get; init; }
    public Action<RenderedCluster>? StaticMethod { get; init; }
    public Func<LiveCluster, CancellationToken, Task>? LiveMethod { get; init; }

    /// <summary>The check on real servers on this machine: DNS servers, or etcd and an API server.</summary>
    public HostCheckAttribute? Host { get; init; }

    /// <summary>Takes a <see cref="SubstratePair"/>, <see cref="KubernetesHosts"/> or <see cref="SystemdHosts"/>, and a token.</summary>
    public Delegate? HostMethod { get; init; }

    public string Id => Line.Id;
    public string Title => Line.Title;
    public bool Disruptive => Live?.Disruptive == true;

    /// <summary>True if the live check only reads what is delivered, so that others can run in parallel.</summary>
    public bool OnlyReads => Live is { Disruptive: false, Alone: false } && Criterion.SwitchesOn is Feature.Always or Feature.Keys;

    public string? Reads(CheckMode mode) => mode == CheckMode.Live ? Live?.Reads : Static?.Reads;

    /// <summary>Why the check does not apply to the cluster of this tree; null if it does.</summary>
    public string? NotApplicable(RenderedCluster tree) => Line.Needs == Feature.SignedSource && tree.Platform.Repository.Verify is null
        ? "repository.verify is not set" : NotApplicable(tree.Definition);

    private string? NotApplicable(Cluster definition) => Line.Needs switch
    {
        Feature.Monitoring when definition.Monitoring.Flavour == MonitoringFlavour.None => "monitoring.flavour is none",
        Feature.NetworkPolicy when definition.NetworkPolicy == NetworkPolicyFlavour.None => "networkPolicy is none",
        Feature.HealthChecksOfCoreDns when definition.HealthController is { CoreDns: false } => "healthController.coreDns is false",
        Feature.AdmissionPolicies when !(definition.Kubernetes is { } version && version >= ControllerAdmission.Since) =>
            $"kubernetes is not set, or older than {ControllerAdmission.Since}",
        Feature.Substrate when definition.Substrate is null => "substrate is not set",
        _ when Id == "Adoption.1" && definition.HealthController is { CoreDns: true } =>
            "healthController.coreDns is true, and goes on after an adoption alone (docs/adoption.md)",
        _ => OptionalFeature.Of(Criterion.SwitchesOn)?.NotApplicable(this, definition),
    };

    /// <summary>The check on hosts of this kind; null if it is for others.</summary>
    public Func<T, CancellationToken, Task>? On<T>() => HostMethod as Func<T, CancellationToken, Task>;

    public void RunStatic(RenderedCluster tree)
    {
        EvidenceLog.Applies(NotApplicable(tree));
        StaticMethod!(tree);
    }

    /// <summary>
    /// Runs the live check, or skips it if the cluster must not be disrupted. Checks of a feature that is off by default deliver it
    /// themselves; a cache that such a check left is removed, because it would answer the queries of others.
    /// </summary>
    public async Task RunLive(LiveCluster cluster, CancellationToken cancellationToken)
    {
        EvidenceLog.Applies(
            Criterion.SwitchesOn is not (Feature.Always or Feature.Keys) && cluster.Delivery is not null ? null
                : NotApplicable(cluster.Tree));
        cluster.Needs(!Disruptive || cluster.MayDisrupt, "this check disrupts DNS; the setting may-disrupt allows it");
        if (Criterion.SwitchesOn != Feature.NodeLocalDns)
        {
            await CachedCluster.Remove(cluster.Role, cancellationToken);
        }

        await CommandOutput.Around(
            Line.Command is null ? null : Expectation.Of(this, cluster.Role, CheckMode.Live).Command, cluster,
            () => LiveMethod!(cluster, cancellationToken), cancellationToken);
    }

    /// <summary>The message with which the live check fails; null if it passes or is skipped.</summary>
    public async Task<string?> Failure(LiveCluster cluster, CancellationToken cancellationToken)
    {
        try
        {
            await RunLive(cluster, cancellationToken);
            return null;
        }
        catch (IgnoreException)
        {
            return null;
        }
        catch (Exception exception) when (exception
            is ShouldAssertException or WaitTimeoutException or ConditionBrokenException or NotYetException
            or KubernetesApiException or CommandExecutionException)
        {
            return exception.Message;
        }
    }

    public override string ToString() => $"{Id} {Title}";
}
