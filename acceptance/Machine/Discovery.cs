using PlatformGitOps.Acceptance.Ports;
using PlatformGitOps.Acceptance.Settings;

namespace PlatformGitOps.Acceptance.Machine;

public static class Discovery
{
    private static readonly string[] Wanted = ["docker", "kind", "kubectl", "helm", "git", "bash"];

    public static async Task<MachineReport> Look(SuiteSettings settings, IContainerEngine engine, CancellationToken cancellationToken)
    {
        var programs = Wanted.Select(name => (name, path: OnPath(name))).Where(found => found.path is not null)
            .ToDictionary(found => found.name, found => found.path!);
        var (version, trouble) = await Ask(engine, cancellationToken);
        var (choice, why) = Choose(settings, programs.Keys.ToHashSet(), trouble);
        return new MachineReport { Clusters = choice, WhyNone = why, Programs = programs, Engine = version };
    }

    /// <summary>The kind of clusters to use, or the one reason that matters why there are none.</summary>
    /// <param name="engineTrouble">Why no container engine answers; null where one does.</param>
    public static (ClusterChoice Choice, string WhyNone) Choose(SuiteSettings settings, IReadOnlySet<string> programs, string? engineTrouble)
    {
        var wanted = settings.Cluster is not ClusterChoice.Auto ? settings.Cluster
            : settings.Contexts.Count > 0 ? ClusterChoice.Existing
            : programs.Contains("kind") || !programs.Contains("docker") ? ClusterChoice.Kind
            : ClusterChoice.K3s;
        var missing = wanted switch
        {
            ClusterChoice.None => "the setting cluster is none; unset it to let the suite look for one",
            ClusterChoice.Existing when settings.Contexts.Count == 0 =>
                "the setting cluster is existing, but context-infra and context-apps name no kubeconfig context",
            ClusterChoice.Kind or ClusterChoice.K3s when engineTrouble is not null =>
                $"no container engine answers: {engineTrouble}; start Docker, or name kubeconfig contexts in context-infra and context-apps",
            ClusterChoice.Kind when !programs.Contains("kind") => "the kind command is not on PATH; install it, or set cluster to k3s",
            _ when settings.Delivery == DeliveryChoice.Helm && !programs.Contains("helm") =>
                "the helm command is not on PATH; install it, or set delivery to flux",
            _ when settings.Delivery == DeliveryChoice.Flux && !(programs.Contains("git") && programs.Contains("kubectl")) =>
                "delivery by Flux needs the git and kubectl commands on PATH; install them, or set delivery to helm",
            _ => "",
        };
        return missing.Length == 0 ? (wanted, "") : (ClusterChoice.None, missing);
    }

    private static async Task<(string? Version, string? Trouble)> Ask(IContainerEngine engine, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(20));
        try
        {
            return (await engine.Version(limit.Token), null);
        }
        catch (ProgramMissingException)
        {
            return (null, "the docker command is not on PATH");
        }
        catch (CommandFailedException exception)
        {
            return (null, exception.Result.Error.Trim().Split('\n')[^1]);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or TimeoutException)
        {
            return (null, exception.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, "no answer within 20 s");
        }
    }

    private static string? OnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .SelectMany(folder => new[] { Path.Combine(folder, program), Path.Combine(folder, program + ".exe") })
        .FirstOrDefault(File.Exists);
}
