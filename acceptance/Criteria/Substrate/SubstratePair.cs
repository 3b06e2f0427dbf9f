using PlatformGitOps.Generator.Apps.Substrate;

// File modes, network namespaces and shell scripts: the suite does not run on Windows.
[assembly: System.Runtime.Versioning.UnsupportedOSPlatform("windows")]

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

/// <summary>
/// The two hosts of a substrate on this machine: their own scripts install it below two temporary folders, with loopback addresses and a
/// high port instead of the definition's. A stand-in for systemctl starts the unit's program; the programs are real.
/// </summary>
public sealed partial class SubstratePair : IAsyncDisposable
{
    private static readonly string[] KnotPrograms = ["knotd", "knotc", "kzonecheck", "kdig", "dig", "nsupdate", "knsupdate"];
    private static readonly string[] BindPrograms = ["named", "named-checkconf", "named-checkzone", "dig", "nsupdate"];
    private static int pairs;

    private readonly Dictionary<string, string> addresses;
    private readonly List<string> added = [];

    private SubstratePair(RenderedCluster tree, SubstrateSettings settings, int port = 10053)
    {
        Port = port;
        (Tree, Settings) = (tree, settings);
        var network = $"127.{(System.Environment.ProcessId % 200) + 20}.{Interlocked.Increment(ref pairs) % 250}";
        Client = $"{network}.100";
        addresses = settings.Hosts.Select((host, index) => (host, index)).ToDictionary(
            pair => pair.host.Addresses.Single().ToString(),
            pair => $"{network}.{pair.index + 11}");
        Network = network;
    }

    public RenderedCluster Tree { get; }

    public SubstrateSettings Settings { get; private set; }

    /// <summary>True if primary and secondary were exchanged after the installation.</summary>
    private bool Exchanged { get; set; }

    /// <summary>An address from which clients may query.</summary>
    public string Client { get; }

    public string Folder { get; } = RunSession.NewFolder("dns");

    /// <summary>Below the ephemeral ports, so that no other program has it by chance. Pairs differ in their addresses.</summary>
    public int Port { get; }

    public string Primary => addresses[Settings.Primary.Addresses[0].ToString()];

    public string Secondary => addresses[Settings.Secondary.Addresses[0].ToString()];

    /// <summary>The listening address of a CoreDNS, different for each pair.</summary>
    public string Resolver => $"{Network}.53";

    /// <summary>The listening address of a program with a name in the child zone.</summary>
    public string Application(int index) => $"{Network}.{index + 80}";

    /// <summary>The listening address of a node's cache.</summary>
    public string NodeCache => $"{Network}.54";

    /// <summary>The source address of a CoreDNS; in another network than <see cref="Client"/>, but also allowed.</summary>
    public const string Sender = "127.0.0.1";

    /// <summary>The file with the zone's server of the delivered CoreDNS, next to the substrate's files.</summary>
    public const string Delivered = "delivered.server";

    /// <summary>The file with the configuration of a node's cache, next to them.</summary>
    public const string Cached = "cached.server";

    public string Zone => Settings.Zone.Text;

    public string Child => $"{Settings.Children[0].Name}.{Zone}";

    private string Network { get; }

    /// <summary>Writes the files, possibly sabotaged, without installing them. Skips the test if the machine lacks a requirement.</summary>
    /// <param name="adjust">Changes the definition for this check.</param>
    public static async Task<SubstratePair> Prepare(
        RenderedCluster tree, HostSabotage? sabotage, CancellationToken cancellationToken,
        Func<SubstrateSettings, SubstrateSettings>? adjust = null, int port = 10053)
    {
        var settings = adjust?.Invoke(tree.Definition.Substrate!) ?? tree.Definition.Substrate!;
        LocalProgram.Need(settings.Server == SubstrateServer.Knot ? KnotPrograms : BindPrograms);
        var pair = new SubstratePair(tree, settings, port);
        if (settings.Server == SubstrateServer.Bind)
        {
            // BIND, unlike Knot, only listens if an interface has the address. A killed run may have left it.
            foreach (var address in pair.addresses.Values)
            {
                RunSession.Ours.WillAddAddress(address);
                if ((await LocalProgram.Run("ip", ["addr", "replace", $"{address}/32", "dev", "lo"], cancellationToken)).ExitCode != 0)
                {
                    await pair.DisposeAsync();
                    Assert.Ignore("BIND needs addresses of its own on the loopback interface, and 'ip addr replace' is not permitted");
                }

                pair.added.Add(address);
            }
        }

        await pair.WriteTree(sabotage, cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(pair.Folder, "systemctl"), Systemctl, cancellationToken);
        File.SetUnixFileMode(Path.Combine(pair.Folder, "systemctl"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Directory.CreateDirectory(pair.Root("primary"));
        Directory.CreateDirectory(pair.Root("secondary"));
        return pair;
    }

    /// <summary>Writes the tree of a definition with primary and secondary exchanged, without installing it.</summary>
    public async Task Exchange(CancellationToken cancellationToken)
    {
        Settings = Settings with { Primary = Settings.Secondary, Secondary = Settings.Primary };
        Exchanged = !Exchanged;
        await WriteTree(null, cancellationToken);
    }

    private async Task WriteTree(HostSabotage? sabotage, CancellationToken cancellationToken)
    {
        var files = HostFiles.Of(Tree, Settings, "dns");
        files[Delivered] = LocalCoreDns.Corefile(this, Resolver, [Primary, Secondary]);
        files[Cached] = LocalCoreDns.NodeCache(this);
        sabotage?.Apply(files);
        await HostFiles.Write(
            files.Select(file => KeyValuePair.Create(Here(file.Key), Here(file.Value))), Path.Combine(Folder, "tree"), cancellationToken);
    }

    /// <summary>Both hosts, installed and answering.</summary>
    public static async Task<SubstratePair> Start(
        RenderedCluster tree, HostSabotage? sabotage, CancellationToken cancellationToken,
        Func<SubstrateSettings, SubstrateSettings>? adjust = null)
    {
        var pair = await Prepare(tree, sabotage, cancellationToken, adjust);
        await pair.Install(cancellationToken);
        return pair;
    }

    /// <summary>Installs both hosts, or removes both after a failure.</summary>
    private async Task Install(CancellationToken cancellationToken)
    {
        try
        {
            var primary = await Script("install.sh", "primary", cancellationToken, "--role", "primary");
            primary.ExitCode.ShouldBe(0, primary.StandardError);
            var secondary = await Script("install.sh", "secondary", cancellationToken, "--role", "secondary", "--transfer-key",
                KeyFile("primary", Settings.TransferKey));
            secondary.ExitCode.ShouldBe(0, secondary.StandardError);
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    /// <summary>The text with this machine's addresses and port, including reverse names.</summary>
    public string Here(string text)
    {
        var last = Settings.Primary.Addresses[0].ToString();
        var network = last[..last.LastIndexOf('.')];
        return OfKubernetes(text.Replace($"{network}.", $"{Network}.")
            .Replace($"{Reversed(network)}.in-addr.arpa", $"{Reversed(Network)}.in-addr.arpa")
            // The source address of CoreDNS.
            .Replace($"\"{Network}.0/24\"", $"\"{Network}.0/24\", \"{Sender}\"")
            .Replace($"{Network}.0/24; ", $"{Network}.0/24; {Sender}; ")
            .Replace("@53\"", $"@{Port}\"")
            .Replace("port 53 ", $"port {Port} ")
            .Replace(":53 ", $":{Port} ")
            .Replace("settings_port='53'", $"settings_port='{Port}'"));
    }

    private static string Reversed(string network) => string.Join('.', network.Split('.').Reverse());

    public string Root(string role) => Path.Combine(Folder, Exchanged == (role == "primary") ? "dns-2" : "dns-1");

    public string In(string role, string path) => Root(role) + path;

    /// <summary>The configuration's folder, from the scripts' settings.</summary>
    public string Etc => Regex.Match(File.ReadAllText(Path.Combine(Folder, "tree", "scripts", "settings.sh")), "settings_etc='(.+)'")
        .Groups[1].Value;

    public string KeyFile(string role, string key) => In(role, $"{Etc}/keys/{key}.conf");

    /// <summary>Runs one of the substrate's scripts for a host.</summary>
    public Task<BufferedCommandResult> Script(string script, string role, CancellationToken cancellationToken, params string[] arguments) =>
        LocalProgram.Run("sh", [Path.Combine(Folder, "tree", "scripts", script), "--root", Root(role), .. arguments], cancellationToken,
            Environment(role));

    /// <summary>The same; the script must succeed.</summary>
    public async Task Succeeds(string script, string role, CancellationToken cancellationToken, params string[] arguments) =>
        (await Script(script, role, cancellationToken, arguments)).ShouldSucceed();

    /// <summary>Runs a shell script for a host, with the test's programs first on PATH.</summary>
    public Task<BufferedCommandResult> Bash(string role, string script, string programs, CancellationToken cancellationToken) =>
        LocalProgram.Run("bash", ["-euc", script], cancellationToken, new Dictionary<string, string?>(Environment(role))
        {
            ["PATH"] = $"{programs}:{System.Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin",
            ["ROLE"] = role,
            ["ROOT"] = Root(role),
            ["PRIMARY_ROOT"] = Root("primary"),
            ["TREE"] = Path.Combine(Folder, "tree"),
            ["DIG"] = LocalProgram.Find("dig"),
            ["CLIENT"] = Client,
            ["PORT"] = Port.ToString(CultureInfo.InvariantCulture),
            ["PRIMARY"] = Primary,
        });

    /// <summary>start, stop, restart or kill for the server of a host.</summary>
    public async Task Service(string role, string verb, CancellationToken cancellationToken) =>
        (await LocalProgram.Run(Path.Combine(Folder, "systemctl"), [verb, "globular-dns.service"], cancellationToken, Environment(role)))
            .ExitCode.ShouldBe(0, $"{verb} of the {role}");

    /// <summary>Sends a signal, such as STOP, to the server of a host.</summary>
    public async Task Signal(string role, string signal, CancellationToken cancellationToken) =>
        (await LocalProgram.Run("kill", [$"-{signal}", (await File.ReadAllTextAsync($"{Root(role)}-server.pid", cancellationToken)).Trim()],
            cancellationToken)).ExitCode.ShouldBe(0, $"{signal} to the {role}");

    /// <summary>Whether the service of the server's package is enabled, in systemctl's words.</summary>
    public string PackageService(string role) => File.ReadAllText($"{Root(role)}-server.package").Trim();

    public void SetPackageService(string role, string state) => File.WriteAllText($"{Root(role)}-server.package", state);

    /// <summary>The records of a name, in dig's short form; empty without records or without an answer.</summary>
    public async Task<IReadOnlyList<string>> Ask(
        string server, string name, string type, CancellationToken cancellationToken, params string[] options) =>
        [.. (await LocalProgram.Run("dig", [.. Dig(server, Client), "+short", .. options, name, type], cancellationToken)).StandardOutput
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !line.StartsWith(';')).Order(StringComparer.Ordinal)];

    /// <summary>The complete output of dig.</summary>
    public async Task<string> Answer(string server, string from, CancellationToken cancellationToken, params string[] options) =>
        (await LocalProgram.Run("dig", [.. Dig(server, from), .. options], cancellationToken)).StandardOutput;

    /// <summary>Sends an update, with or without a signature.</summary>
    /// <param name="key">For example hmac-sha256:external-dns:SECRET; null for none.</param>
    public Task<BufferedCommandResult> Update(string zone, string? key, CancellationToken cancellationToken, params string[] lines) =>
        Update("nsupdate", zone, key, cancellationToken, lines);

    public async Task<BufferedCommandResult> Update(
        string program, string zone, string? key, CancellationToken cancellationToken, params string[] lines)
    {
        var text = $"server {Primary} {Port}\nzone {zone}\n{string.Join('\n', lines)}\nsend\n";
        var file = Path.Combine(Folder, $"update-{Guid.NewGuid():N}");
        await File.WriteAllTextAsync(file, text, cancellationToken);
        return await LocalProgram.Run(program, [.. key is null ? Array.Empty<string>() : ["-y", key], "-t", "5", file], cancellationToken);
    }

    /// <summary>A key in the format of nsupdate and dig.</summary>
    public async Task<string> Key(string name, string algorithm, CancellationToken cancellationToken) =>
        $"{algorithm}:{name}:{Secret().Match(await File.ReadAllTextAsync(KeyFile("primary", name), cancellationToken)).Groups[1].Value}";

    public async ValueTask DisposeAsync()
    {
        // Missing if the pair was abandoned before its files were written.
        if (File.Exists(Path.Combine(Folder, "systemctl")))
        {
            await Task.WhenAll(new[] { "primary", "secondary" }.Select(role => LocalProgram.Run(
                Path.Combine(Folder, "systemctl"), ["stop", "globular-dns.service"], CancellationToken.None, Environment(role))));
        }

        foreach (var address in added)
        {
            await LocalProgram.Run("ip", ["addr", "del", $"{address}/32", "dev", "lo"], CancellationToken.None);
        }

        Directory.Delete(Folder, recursive: true);
    }

    private Dictionary<string, string?> Environment(string role) => new()
    {
        ["SYSTEMCTL"] = Path.Combine(Folder, "systemctl"),
        ["UNITS"] = Path.Combine(Root(role), "etc/systemd/system"),
        ["SERVER_STATE"] = $"{Root(role)}-server",
        ["TMPDIR"] = Folder,
    };

    private IReadOnlyList<string> Dig(string server, string from) =>
        ["-b", from, $"@{server}", "-p", Port.ToString(CultureInfo.InvariantCulture), "+norec", "+time=2", "+tries=1"];

    [GeneratedRegex("secret:? \"?([A-Za-z0-9+/=]+)")]
    private static partial Regex Secret();

    // A stand-in for systemctl, since a container has no systemd: the scripts' commands for the one unit, without the timer.
    private const string Systemctl = """
        #!/bin/sh
        pid=$SERVER_STATE.pid log=$SERVER_STATE.log
        """ + StandInSystemctl.Processes + """
        start() {
            running && return 0
            command=$(sed -n 's/^ExecStart=//p' "$UNITS/globular-dns.service")
            launch $command
        }
        case "$*" in
            "is-active globular-dns.service") if running; then echo active; else echo inactive; exit 3; fi ;;
            "start globular-dns.service") start ;;
            "restart globular-dns.service") stop TERM; start ;;
            "stop globular-dns.service" | "disable --now globular-dns"*) stop TERM ;;
            "kill globular-dns.service") stop KILL ;;
            "reload globular-dns.service") kill -HUP "$(cat "$pid")" ;;
            "is-enabled "*) cat "$SERVER_STATE.package" 2>/dev/null || { echo disabled; exit 1; } ;;
            "disable --now knot.service" | "disable --now named.service") echo disabled >"$SERVER_STATE.package" ;;
            "enable --now knot.service" | "enable --now named.service") echo enabled >"$SERVER_STATE.package" ;;
            daemon-reload | enable* | disable* | "start globular-dns-verify.timer"*) ;;
            *globular-dns-view.service | *globular-dns-queries.service) ;;
            *) echo "unexpected: systemctl $*" >&2; exit 1 ;;
        esac
        """;
}
