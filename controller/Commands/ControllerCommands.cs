using System.CommandLine;
using k8s.Exceptions;
using PlatformGitOps.Controller.Geo;
using PlatformGitOps.Controller.Hosting;

namespace PlatformGitOps.Controller.Commands;

/// <summary>The command line: <c>run</c>, <c>explain</c>, <c>release</c> and <c>geo</c>.</summary>
internal static class ControllerCommands
{
    public const int DefaultPort = 8080;

    private static readonly Option<FileInfo?> Config = new("--config") { Description = "The config file. Default: the built-in settings." };
    private static readonly Option<string?> KubeConfigFile = new("--kubeconfig")
    {
        Description = "A kubeconfig file. Default: the pod's service account, then KUBECONFIG.",
    };

    private static readonly Option<string?> Context = new("--context") { Description = "A context of the kubeconfig." };

    public static RootCommand Build(TimeProvider time)
    {
        var root = new RootCommand("Removes failing endpoints from cluster DNS within seconds, and never the last one.");
        root.Subcommands.Add(Run(time));
        root.Subcommands.Add(Explain(time));
        root.Subcommands.Add(Release(time));
        root.Subcommands.Add(Geo(time));
        return root;
    }

    private static Option<int> Port() => new("--port")
    {
        Description = "Port of /metrics, /healthz and /readyz.",
        DefaultValueFactory = _ => DefaultPort,
    };

    private static Command Run(TimeProvider time)
    {
        var port = Port();
        var dryRun = new Option<bool>("--dry-run") { Description = "Decide and log, write nothing, hold no Lease." };
        var command = new Command("run", "Runs the controller until it is stopped.") { Config, KubeConfigFile, Context, port, dryRun };
        command.SetAction((parsed, cancellationToken) => GuardedAsync(async () =>
        {
            var options = Options(parsed);
            using var logs = Logs();
            var settings = new HostSettings(Identity(), parsed.GetValue(dryRun));
            using var host = new ControllerHost(Connection(parsed, time), settings, options, time, logs);
            await using var status = await StatusServer.StartAsync(host, parsed.GetValue(port), cancellationToken);
            await host.RunAsync(cancellationToken);
            return 0;
        }));
        return command;
    }

    private static Command Explain(TimeProvider time)
    {
        var service = new Argument<string>("service") { Description = "namespace/name" };
        var command = new Command("explain", "Prints what the controller sees of a Service and what it would do. Writes nothing.")
        {
            service, Config, KubeConfigFile, Context,
        };
        command.SetAction((parsed, cancellationToken) => GuardedAsync(async () =>
        {
            if (!ObjectName.TryParse(parsed.GetValue(service) ?? "", out var name))
            {
                await Console.Error.WriteLineAsync("the Service must be given as namespace/name");
                return 2;
            }

            var origin = time.GetTimestamp();
            using var client = new ApiClient(Connection(parsed, time), time);
            var options = Options(parsed);
            using var prober = new EndpointProber(time, origin, EndpointProber.LoadAuthorities(options.AuthoritiesFile));
            return await new Explainer(client, options, prober, time, origin).ExplainAsync(name, Console.Out, cancellationToken);
        }));
        return command;
    }

    private static Command Release(TimeProvider time)
    {
        var home = new Option<string>("--namespace")
        {
            Description = "The namespace of the controller's Lease.",
            DefaultValueFactory = _ => "kube-system",
        };
        var patience = new Option<int>("--wait")
        {
            Description = "Seconds to wait for a controller that stops.",
            DefaultValueFactory = _ => 60,
        };
        var command = new Command("release", "Restores to DNS everything that a controller removed, once no controller runs any more.")
        {
            Config, KubeConfigFile, Context, home, patience,
        };
        command.SetAction((parsed, cancellationToken) => GuardedAsync(async () =>
        {
            var options = Options(parsed);
            using var client = new ApiClient(Connection(parsed, time), time);
            using var logs = Logs();
            var lease = new ObjectName(parsed.GetValue(home)!, options.LeaderElection.LeaseName);
            var releaser = new Releaser(client, options, time, logs.CreateLogger("release"))
            {
                Patience = TimeSpan.FromSeconds(parsed.GetValue(patience)),
            };
            return await releaser.ReleaseAsync(lease, $"release-{Identity()}", Console.Out, cancellationToken);
        }));
        return command;
    }

    private static Command Geo(TimeProvider time)
    {
        var config = new Option<FileInfo>("--config") { Description = "The config file of the zone and its regions.", Required = true };
        var folder = new Option<DirectoryInfo>("--folder") { Description = "Where CoreDNS reads its zones.", Required = true };
        var port = Port();
        var command = new Command("geo", "Writes the zones of geographic routing for the CoreDNS beside it.")
        {
            config, folder, KubeConfigFile, Context, port,
        };
        command.SetAction((parsed, cancellationToken) => GuardedAsync(async () =>
        {
            var options = GeoConfigFile.Read(await File.ReadAllTextAsync(parsed.GetValue(config)!.FullName, cancellationToken));
            using var logs = Logs();
            using var host = new GeoHost(Connection(parsed, time), Identity(), parsed.GetValue(folder)!.FullName, options, time, logs);
            await using var status = await StatusServer.StartAsync(host, parsed.GetValue(port), cancellationToken);
            await host.RunAsync(cancellationToken);
            return 0;
        }));
        return command;
    }

    /// <summary>An error that the operator can fix gives one line and exit code 2; anything else keeps its stack trace.</summary>
    private static async Task<int> GuardedAsync(Func<Task<int>> action)
    {
        try
        {
            return await action();
        }
        catch (Exception e) when (
            e is ConfigException or KubeConfigException or ApiException or HttpRequestException or TimeoutException or IOException)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 2;
        }
    }

    private static ControllerOptions Options(ParseResult parsed) =>
        parsed.GetValue(Config) is { } file ? ConfigFile.Read(File.ReadAllText(file.FullName)) : new ControllerOptions();

    private static ApiConnection Connection(ParseResult parsed, TimeProvider time) =>
        ApiConnection.Load(time, parsed.GetValue(KubeConfigFile), parsed.GetValue(Context));

    private static string Identity() =>
        Environment.GetEnvironmentVariable("POD_NAME") is { Length: > 0 } pod ? pod : Environment.MachineName;

    private static ILoggerFactory Logs() => LoggerFactory.Create(builder => builder
        .SetMinimumLevel(LogLevel.Information)
        .AddJsonConsole(options =>
        {
            options.UseUtcTimestamp = true;
            options.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
        }));
}
