using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using PlatformGitOps.Acceptance.Ports;

namespace PlatformGitOps.Acceptance.Adapters;

/// <summary>The engine through its own command, which brings contexts, remote hosts and podman's likeness with it.</summary>
public sealed class DockerCommandEngine(ICommands commands) : IContainerEngine
{
    public async Task<string> Version(CancellationToken cancellationToken) =>
        (await Docker(cancellationToken, "version", "--format", "{{.Server.Version}}")).Output.Trim();

    public async Task<Container> Run(ContainerSpec spec, CancellationToken cancellationToken)
    {
        List<string> arguments = ["run", "--detach", "--name", spec.Name];
        arguments.AddRange(spec.Labels.SelectMany(label => new[] { "--label", $"{label.Key}={label.Value}" }));
        arguments.AddRange(spec.Environment.SelectMany(variable => new[] { "--env", $"{variable.Key}={variable.Value}" }));
        arguments.AddRange(spec.Mounts.SelectMany(mount => new[] { "--volume", $"{mount.Key}:{mount.Value}:ro" }));
        arguments.AddRange(spec.TemporaryFileSystems.SelectMany(path => new[] { "--tmpfs", path }));
        arguments.AddRange(spec.PublishedPorts.SelectMany(port =>
            new[] { "--publish", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1::{port}") }));
        if (spec.Network is not null)
        {
            arguments.AddRange(["--network", spec.Network]);
        }

        if (spec.Privileged)
        {
            arguments.Add("--privileged");
        }

        await Docker(cancellationToken, [.. arguments, spec.Image, .. spec.Command]);
        return await Find(spec.Name, cancellationToken)
            ?? throw new InvalidOperationException($"the container {spec.Name} was gone as soon as it had started");
    }

    public async Task<Container?> Find(string name, CancellationToken cancellationToken)
    {
        // `docker ps --filter name=` matches substrings: `apps` would find `my-apps`. Inspecting takes the exact name.
        var result = await commands.Run(
            new CommandLine("docker", "container", "inspect", name) { AnyExitCode = true }, cancellationToken);
        return result.Succeeded ? Containers(result.Output).FirstOrDefault(found => found.Name == name) : Missing(result);
    }

    public async Task<IReadOnlyList<Container>> List(string label, string value, CancellationToken cancellationToken)
    {
        var listed = await Docker(cancellationToken, "ps", "--all", "--quiet", "--no-trunc", "--filter", $"label={label}={value}");
        var found = new List<Container>();
        foreach (var id in listed.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var inspected = await commands.Run(
                new CommandLine("docker", "container", "inspect", id) { AnyExitCode = true }, cancellationToken);
            found.AddRange(inspected.Succeeded ? Containers(inspected.Output) : []);
        }

        return found;
    }

    public Task<CommandResult> Exec(string container, IReadOnlyList<string> command, CancellationToken cancellationToken) =>
        commands.Run(new CommandLine("docker", ["exec", container, .. command]) { AnyExitCode = true }, cancellationToken);

    public async Task<string> Logs(string container, CancellationToken cancellationToken)
    {
        var result = await Docker(cancellationToken, "logs", container);
        return result.Output + result.Error;
    }

    public Task Start(string container, CancellationToken cancellationToken) => Docker(cancellationToken, "start", container);

    public Task Stop(string container, CancellationToken cancellationToken) => Docker(cancellationToken, "stop", container);

    public Task Kill(string container, CancellationToken cancellationToken) => Docker(cancellationToken, "kill", container);

    public Task Remove(string container, CancellationToken cancellationToken) =>
        Docker(cancellationToken, "rm", "--force", "--volumes", container);

    public async Task<string?> ImageId(string image, CancellationToken cancellationToken)
    {
        var inspected = await commands.Run(new CommandLine("docker", "image", "inspect", "--format", "{{.Id}}", image) { AnyExitCode = true }, cancellationToken);
        return inspected.Succeeded ? inspected.Output.Trim() : null;
    }

    public Task CreateNetwork(string name, IReadOnlyDictionary<string, string> labels, CancellationToken cancellationToken) =>
        Docker(cancellationToken, ["network", "create", .. labels.SelectMany(label => new[] { "--label", $"{label.Key}={label.Value}" }), name]);

    public async Task RemoveNetwork(string name, CancellationToken cancellationToken)
    {
        if (await HasNetwork(name, cancellationToken))
        {
            await Docker(cancellationToken, "network", "rm", name);
        }
    }

    public async Task<bool> HasNetwork(string name, CancellationToken cancellationToken)
    {
        var listed = await Docker(cancellationToken, "network", "ls", "--format", "{{.Name}}");
        return listed.Output.Split('\n', StringSplitOptions.TrimEntries).Contains(name);
    }

    private Task<CommandResult> Docker(CancellationToken cancellationToken, params IReadOnlyList<string> arguments) =>
        commands.Run(new CommandLine("docker", arguments), cancellationToken);

    private static Container? Missing(CommandResult result) =>
        result.Error.Contains("No such container", StringComparison.OrdinalIgnoreCase)
            ? null
            : throw new CommandFailedException(new CommandLine("docker", "container", "inspect"), result);

    private static IEnumerable<Container> Containers(string json) =>
        JsonSerializer.Deserialize<JsonArray>(json)!.Select(container => Read(container!));

    private static Container Read(JsonNode container) => new(
        (string)container["Id"]!,
        ((string)container["Name"]!).TrimStart('/'),
        (string)container["Config"]!["Image"]!,
        (bool)container["State"]!["Running"]!,
        Texts(container["Config"]!["Labels"], label => (string?)label),
        Texts(container["NetworkSettings"]!["Networks"], network => (string?)network!["IPAddress"]),
        Texts(container["NetworkSettings"]!["Ports"], bindings => (string?)bindings?[0]?["HostPort"])
            .ToDictionary(port => port.Key, port => int.Parse(port.Value, CultureInfo.InvariantCulture)));

    private static Dictionary<string, string> Texts(JsonNode? map, Func<JsonNode?, string?> text) =>
        (map as JsonObject ?? [])
        .Select(entry => (entry.Key, Value: text(entry.Value)))
        .Where(entry => !string.IsNullOrEmpty(entry.Value))
        .ToDictionary(entry => entry.Key, entry => entry.Value!);
}
