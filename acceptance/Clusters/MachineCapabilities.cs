using PlatformGitOps.Generator.Tools;

namespace PlatformGitOps.Acceptance.Clusters;

/// <summary>The capabilities of this machine for the suite; detected and printed once per run.</summary>
public sealed record MachineReport
{
    /// <summary>kind, k3s, existing or none.</summary>
    public required ClusterChoice Clusters { get; init; }

    /// <summary>Why there are no clusters and how to change that; empty if there are some.</summary>
    public required string WhyNone { get; init; }

    /// <summary>The programs on PATH, each with its path.</summary>
    public required IReadOnlyDictionary<string, string> Programs { get; init; }

    /// <summary>The container engine's version; null if none answers.</summary>
    public required string? Engine { get; init; }

    public bool Has(string program) => Programs.ContainsKey(program);

    public override string ToString() =>
        (Clusters == ClusterChoice.None ? $"this machine can have no clusters ({WhyNone}); "
            : Clusters == ClusterChoice.Existing ? "live checks run on the clusters whose contexts are given; "
            : $"this machine can have clusters of {Clusters.ToString().ToLowerInvariant()}; ")
        + $"container engine: {Engine ?? "none"}; programs: {(Programs.Count == 0 ? "none" : string.Join(", ", Programs.Keys.Order()))}";
}

public static class MachineCapabilities
{
    private static readonly string[] Wanted = ["docker", "kind", "kubectl", "helm", "git", "gpg", "bash"];
    private static readonly TimeSpan EngineLimit = TimeSpan.FromSeconds(20);

    private static readonly Lazy<Task<MachineReport>> Found = new(async () =>
    {
        var report = await Detect(SuiteSettings.Current, new ContainerEngine(), CancellationToken.None);
        await TestContext.Progress.WriteLineAsync($"acceptance: {report}");
        return report;
    });

    public static Task<MachineReport> Report(CancellationToken cancellationToken) => Found.Value.WaitAsync(cancellationToken);

    /// <summary>The kind of clusters to use, or the main reason why there are none.</summary>
    /// <param name="engineProblem">Why no container engine answers; null if one does.</param>
    /// <param name="source">The source that Flux fetches.</param>
    /// <param name="signs">True if Flux verifies signatures.</param>
    public static (ClusterChoice Choice, string WhyNone) Choose(
        SuiteSettings settings, IReadOnlySet<string> programs, string? engineProblem, SourceKind source = SourceKind.Git,
        bool signs = false)
    {
        var wanted = settings.Cluster is not ClusterChoice.Auto ? settings.Cluster
            : settings.Contexts.Count > 0 ? ClusterChoice.Existing
            : programs.Contains("kind") || !programs.Contains("docker") ? ClusterChoice.Kind
            : ClusterChoice.K3s;
        var missing = wanted switch
        {
            ClusterChoice.None => "the setting cluster is none; unset it to let the suite look for one",
            ClusterChoice.Existing when settings.Contexts.Count == 0 =>
                "the setting cluster is existing, but no context-<cluster> names a kubeconfig context",
            ClusterChoice.Kind or ClusterChoice.K3s when engineProblem is not null =>
                $"no container engine answers: {engineProblem}; start Docker, or name kubeconfig contexts in context-<cluster>",
            ClusterChoice.Kind or ClusterChoice.K3s when !programs.Contains("docker") => "the docker command is not on PATH; install it",
            ClusterChoice.Kind when !programs.Contains("kind") => "the kind command is not on PATH; install it, or set cluster to k3s",
            _ when settings.Delivery == DeliveryChoice.Helm && !programs.Contains("helm") =>
                "the helm command is not on PATH; install it, or set delivery to flux",
            _ when settings.Delivery == DeliveryChoice.Flux && source == SourceKind.Oci && !programs.Contains("kubectl") =>
                "delivery by Flux needs the kubectl command on PATH; install it, or set delivery to helm",
            _ when settings.Delivery == DeliveryChoice.Flux && source == SourceKind.Git
                && !(programs.Contains("git") && programs.Contains("kubectl")) =>
                "delivery by Flux needs the git and kubectl commands on PATH; install them, or set delivery to helm",
            _ when settings.Delivery == DeliveryChoice.Flux && source == SourceKind.Git && signs && !programs.Contains("gpg") =>
                "delivery by Flux of a definition with repository.verify needs the gpg command on PATH; install it, or set delivery to "
                    + "helm",
            _ => "",
        };
        return missing.Length == 0 ? (wanted, "") : (ClusterChoice.None, missing);
    }

    private static async Task<MachineReport> Detect(SuiteSettings settings, ContainerEngine engine, CancellationToken cancellationToken)
    {
        var programs = Wanted.Select(name => (name, path: new Tool(name, "").Find())).Where(found => found.path is not null)
            .ToDictionary(found => found.name, found => found.path!);
        var (version, problem) = await engine.Version(EngineLimit, cancellationToken);
        // Helm needs no signatures, and the definition is only read when a check needs it.
        var source = settings.Delivery == DeliveryChoice.Flux ? Repository.Platform.Repository : null;
        var (choice, why) = Choose(
            settings, programs.Keys.ToHashSet(), problem, source?.Kind ?? SourceKind.Git, source?.Verify is not null);
        return new MachineReport { Clusters = choice, WhyNone = why, Programs = programs, Engine = version };
    }
}

public sealed class MachineTests
{
    private static readonly HashSet<string> Everything = ["docker", "kind", "kubectl", "helm", "git"];

    [Test]
    public void Kind_is_used_if_available() =>
        MachineCapabilities.Choose(new SuiteSettings(), Everything, null).ShouldBe((ClusterChoice.Kind, ""));

    [Test]
    public void Without_kind_a_container_engine_is_enough_for_k3s() =>
        MachineCapabilities.Choose(new SuiteSettings(), new HashSet<string> { "docker", "kubectl", "helm" }, null).Choice
            .ShouldBe(ClusterChoice.K3s);

    [Test]
    public void Named_contexts_go_before_clusters_that_would_have_to_be_made() =>
        MachineCapabilities.Choose(
            new SuiteSettings { Contexts = new Dictionary<string, string> { ["infra"] = "prod" } }, Everything, "no engine")
            .Choice.ShouldBe(ClusterChoice.Existing);

    [Test]
    public void Without_an_engine_the_reason_has_instructions()
    {
        var (choice, why) = MachineCapabilities.Choose(new SuiteSettings(), new HashSet<string>(), "the docker command is not on PATH");
        choice.ShouldBe(ClusterChoice.None);
        why.ShouldBe("no container engine answers: the docker command is not on PATH; "
            + "start Docker, or name kubeconfig contexts in context-<cluster>");
    }

    [TestCase("helm", DeliveryChoice.Helm)]
    [TestCase("git", DeliveryChoice.Flux)]
    [TestCase("kubectl", DeliveryChoice.Flux)]
    public void A_missing_program_is_named(string program, DeliveryChoice delivery) =>
        MachineCapabilities.Choose(new SuiteSettings { Delivery = delivery }, Everything.Where(name => name != program).ToHashSet(), null)
            .WhyNone.ShouldContain(program);

    [TestCase(DeliveryChoice.Flux, true, "repository.verify needs the gpg command")]
    [TestCase(DeliveryChoice.Flux, false, "")]
    [TestCase(DeliveryChoice.Helm, true, "")]
    public void Signed_commits_need_gpg(DeliveryChoice delivery, bool signs, string says)
    {
        var settings = new SuiteSettings { Delivery = delivery };
        var why = MachineCapabilities.Choose(settings, Everything, null, signs: signs).WhyNone;
        why.ShouldContain(says);
        (why.Length > 0).ShouldBe(says.Length > 0, why);
        MachineCapabilities.Choose(settings, Everything.Append("gpg").ToHashSet(), null, signs: signs).Choice.ShouldBe(ClusterChoice.Kind);
    }

    /// <summary>The suite's own registry has the artifact, and the suite signs it.</summary>
    [TestCase("kubectl", ClusterChoice.Kind)]
    [TestCase("git", ClusterChoice.None)]
    public void A_signed_artifact_needs_neither_git_nor_gpg(string program, ClusterChoice choice)
    {
        var settings = new SuiteSettings { Delivery = DeliveryChoice.Flux };
        MachineCapabilities.Choose(settings, new HashSet<string> { "docker", "kind", program }, null, SourceKind.Oci, signs: true).Choice
            .ShouldBe(choice);
    }
}
