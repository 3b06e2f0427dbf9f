using System.CommandLine;
using System.CommandLine.Invocation;
using System.Net.Sockets;
using k8s.Exceptions;
using PlatformGitOps.Controller.Geo;
using PlatformGitOps.Controller.Hosting;

namespace PlatformGitOps.Controller.Commands;

/// <summary>The command line: <c>run</c>, <c>explain</c>, <c>release</c> and <c>geo</c>.</summary>
internal static class ControllerCommands
{
    public const int DefaultPort = 8080;

    private const int LongestWait = 3600;

    /// <summary>The exit code of bad usage, and of a file, folder, port or API server that cannot be used.</summary>
    private const int Unusable = 2;

    private static readonly Option<string?> Config = NotEmpty(
        new Option<string?>("--config") { Description = "The config file. Default: the built-in settings." });

    private static readonly Option<string?> KubeConfigFile = NotEmpty(new Option<string?>("--kubeconfig")
    {
        Description = "A kubeconfig file. Default: the pod's service account, then KUBECONFIG.",
    });

    private static readonly Option<string?> Context = NotEmpty(
        new Option<string?>("--context") { Description = "A context of the kubeconfig." });

    private static RootCommand Build(TimeProvider time)
    {
        var root = new RootCommand("Removes failing endpoints from cluster DNS within seconds, and never the last one.");
        root.Subcommands.Add(Run(time));
        root.Subcommands.Add(Explain(time));
        root.Subcommands.Add(Release(time));
        root.Subcommands.Add(Geo(time));
        return root;
    }

    /// <summary>Runs one command line. On cancellation running writes and the release of the Lease need time.</summary>
    public static async Task<int> RunAsync(
        string[] arguments, InvocationConfiguration configuration, TimeProvider time, CancellationToken cancellationToken)
    {
        var parsed = Build(time).Parse(arguments);
        if (parsed.Errors.Count == 0 || parsed.Action is not ParseErrorAction)
        {
            return await parsed.InvokeAsync(configuration, cancellationToken);
        }

        foreach (var problem in parsed.Errors.Select(problem => problem.Message).Distinct())
        {
            await configuration.Error.WriteLineAsync(problem);
        }

        var commands = parsed.RootCommandResult.Command.Subcommands.Select(command => command.Name);
        await configuration.Error.WriteLineAsync(parsed.CommandResult.Command is RootCommand
            ? $"Commands: {string.Join(", ", commands)}. --help describes them."
            : $"'{parsed.CommandResult.Command.Name} --help' describes the options.");
        return Unusable;
    }

    private static Option<int> Port() => Number("--port", "Port of /metrics, /healthz and /readyz.", DefaultPort, ushort.MaxValue);

    private static Option<int> Number(string name, string description, int fallback, int most)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => fallback };
        option.Validators.Add(result =>
        {
            // A value that is not a number has its own message.
            if (result.Tokens is [var token] && int.TryParse(token.Value, out var value) && (value < 1 || value > most))
            {
                result.AddError($"{name} {token.Value}: write a number from 1 to {most}.");
            }
        });
        return option;
    }

    private static Option<T> NotEmpty<T>(Option<T> option)
    {
        option.Validators.Add(result =>
        {
            if (result.Tokens.Any(token => string.IsNullOrWhiteSpace(token.Value)))
            {
                result.AddError($"{option.Name} has no value.");
            }
        });
        return option;
    }

    private static Command Run(TimeProvider time)
    {
        var port = Port();
        var dryRun = new Option<bool>("--dry-run") { Description = "Decide and log, write nothing, hold no Lease." };
        var command = new Command("run", "Runs the controller until it is stopped.") { Config, KubeConfigFile, Context, port, dryRun };
        command.SetAction((parsed, cancellationToken) => GuardedAsync(parsed, async () =>
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
        command.SetAction((parsed, cancellationToken) => GuardedAsync(parsed, async () =>
        {
            if (!ObjectName.TryParse(parsed.GetValue(service) ?? "", out var name))
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync(
                    $"'{parsed.GetValue(service)}' is not a Service. Write namespace/name, such as shop/web.");
                return Unusable;
            }

            var origin = time.GetTimestamp();
            var options = Options(parsed);
            using var client = new ApiClient(Connection(parsed, time), time);
            using var prober = new EndpointProber(time, origin, EndpointProber.LoadAuthorities(options.AuthoritiesFile));
            return await new Explainer(client, options, prober, time, origin)
                .ExplainAsync(name, parsed.InvocationConfiguration.Output, cancellationToken);
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
        home.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !ProbeNames.IsLabel(token.Value))
            {
                result.AddError($"--namespace '{token.Value}' is not the name of a namespace.");
            }
        });
        var patience = Number("--wait", "Seconds to wait for a controller that stops.", 60, LongestWait);
        var command = new Command("release", "Restores to DNS everything that a controller removed, once no controller runs any more.")
        {
            Config, KubeConfigFile, Context, home, patience,
        };
        command.SetAction((parsed, cancellationToken) => GuardedAsync(parsed, async () =>
        {
            var options = Options(parsed);
            using var client = new ApiClient(Connection(parsed, time), time);
            using var logs = Logs();
            var lease = new ObjectName(parsed.GetValue(home)!, options.LeaderElection.LeaseName);
            var releaser = new Releaser(client, options, time, logs.CreateLogger("release"))
            {
                Patience = TimeSpan.FromSeconds(parsed.GetValue(patience)),
            };
            return await releaser.ReleaseAsync(lease, $"release-{Identity()}", parsed.InvocationConfiguration.Output, cancellationToken);
        }));
        return command;
    }

    private static Command Geo(TimeProvider time)
    {
        var config = NotEmpty(
            new Option<string>("--config") { Description = "The config file of the zone and its regions.", Required = true });
        var folder = NotEmpty(new Option<string>("--folder") { Description = "Where CoreDNS reads its zones.", Required = true });
        var port = Port();
        var command = new Command("geo", "Writes the zones of geographic routing for the CoreDNS beside it.")
        {
            config, folder, KubeConfigFile, Context, port,
        };
        command.SetAction((parsed, cancellationToken) => GuardedAsync(parsed, async () =>
        {
            var options = ConfigFile.Load(parsed.GetValue(config)!, GeoConfigFile.Read);
            using var logs = Logs();
            using var host = new GeoHost(Connection(parsed, time), Identity(), parsed.GetValue(folder)!, options, time, logs);
            await using var status = await StatusServer.StartAsync(host, parsed.GetValue(port), cancellationToken);
            await host.RunAsync(cancellationToken);
            return 0;
        }));
        return command;
    }

    /// <summary>An error that the operator can fix gives one line and exit code 2; anything else keeps its stack trace.</summary>
    private static async Task<int> GuardedAsync(ParseResult parsed, Func<Task<int>> action)
    {
        try
        {
            return await action();
        }
        catch (Exception e) when (
            e is ConfigException or KubeConfigException or ApiException or HttpRequestException or TimeoutException or IOException
                or UnauthorizedAccessException or SocketException)
        {
            await parsed.InvocationConfiguration.Error.WriteLineAsync(e.Message);
            return Unusable;
        }
    }

    private static ControllerOptions Options(ParseResult parsed) =>
        parsed.GetValue(Config) is { } file ? ConfigFile.Load(file, ConfigFile.Read) : new ControllerOptions();

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
