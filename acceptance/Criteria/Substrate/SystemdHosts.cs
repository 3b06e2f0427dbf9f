using System.Collections.Immutable;
using PlatformGitOps.Generator.Apps.Substrate;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

/// <summary>
/// The two hosts of a substrate as containers with systemd as PID 1 and Debian's packages: the generated scripts, units and timers run as
/// on a machine, on port 53 of their own addresses.
/// </summary>
public sealed class SystemdHosts : IAsyncDisposable
{
    /// <summary>The generated tree's folder on each host.</summary>
    public const string Tree = "/root/substrate";

    private readonly ContainerEngine engine;
    private readonly ImmutableArray<string> names;
    private readonly string network;

    private SystemdHosts(ContainerEngine engine, ImmutableArray<string> names, string network, SubstrateSettings settings) =>
        (this.engine, this.names, this.network, Settings) = (engine, names, network, settings);

    /// <summary>With the containers' addresses.</summary>
    public SubstrateSettings Settings { get; private set; }

    public string Zone => Settings.Zone.Text;

    public bool IsKnot => Settings.Server == SubstrateServer.Knot;

    public string Etc => IsKnot ? "/etc/globular-dns" : "/etc/bind/globular-dns";

    /// <summary>The service of the server's package.</summary>
    public string OwnUnit => IsKnot ? "knot.service" : "named.service";

    /// <summary>The address of one of the two hosts, by its number as in <see cref="Run"/>.</summary>
    public string Address(int host) => Settings.Hosts[host].Addresses[0].ToString();

    /// <summary>Two started hosts with the tree, not installed. Skips the test if the machine cannot have them.</summary>
    /// <param name="part">The part that a sabotage changes: dns or kubernetes.</param>
    /// <param name="adjust">Sets the containers' addresses, the primary's and the secondary's, in the definition.</param>
    public static async Task<SystemdHosts> Start(
        RenderedCluster tree, string part, HostSabotage? sabotage, Func<SubstrateSettings, SubstrateSettings> adjust,
        CancellationToken cancellationToken)
    {
        var (engine, image) = (new ContainerEngine(), SuiteSettings.Current.SubstrateHostImage);
        await NeedImage(engine, image, cancellationToken);
        var run = await RunSession.Current;
        var network = $"{SuiteSettings.Current.Prefix}hosts-{Guid.NewGuid():n}";
        run.Session.WillMakeNetwork(network);
        await engine.Docker.Networks.CreateNetworkAsync(new() { Name = network, Driver = "bridge" }, cancellationToken);
        var hosts = new SystemdHosts(engine, [$"{network}-1", $"{network}-2"], network, tree.Definition.Substrate!);
        try
        {
            var addresses = new List<IPAddress>();
            foreach (var name in hosts.names)
            {
                var container = (await ContainerEngine.Container(image, cancellationToken))
                    .WithName(name).WithNetwork(network).WithPrivileged(true).WithTmpfsMount("/run").WithTmpfsMount("/tmp").Build();
                await container.StartAsync(cancellationToken);
                addresses.Add(IPAddress.Parse(container.IpAddress));
            }

            hosts.Settings = adjust(TestSubstrate.At(hosts.Settings, addresses[0], addresses[1]) with
            {
                Reverse = [.. addresses.Select(address => Cidr.Parse($"{address}/32"))],
            });
            await hosts.Copy(tree, part, sabotage, cancellationToken);
            await hosts.HaveStarted(cancellationToken);
            return hosts;
        }
        catch
        {
            await hosts.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs a shell script as root on a host: 0 is the primary, 1 the secondary.</summary>
    public Task<ExecResult> Run(int host, string script, CancellationToken cancellationToken) =>
        engine.Exec(names[host], ["sh", "-c", script], cancellationToken);

    /// <summary>The output of a script that must succeed.</summary>
    public async Task<string> Do(int host, string script, CancellationToken cancellationToken)
    {
        var result = await Run(host, script, cancellationToken);
        result.ExitCode.ShouldBe(0, $"`{script}` on host {host + 1}: {result.Output}{result.Error}");
        return result.Output.Trim();
    }

    /// <summary>A property of a unit.</summary>
    public Task<string> Unit(int host, string unit, string property, CancellationToken cancellationToken) =>
        Do(host, $"systemctl show --property {property} --value {unit}", cancellationToken);

    /// <summary>The short answer to a query from the other host.</summary>
    public async Task<string> Ask(int host, string query, CancellationToken cancellationToken) =>
        (await Run(1 - host, $"dig +norec +short +time=1 +tries=1 @{Address(host)} {query}", cancellationToken)).Output.Trim();

    /// <summary>Ends all programs of a host, and starts it with the same disk.</summary>
    public async Task Reboot(int host, CancellationToken cancellationToken)
    {
        await engine.Kill(names[host], cancellationToken);
        await engine.Start(names[host], cancellationToken);
        await HaveStarted(cancellationToken);
        (await Do(host, "hostname -I", cancellationToken)).ShouldBe(Address(host), "Docker gave the container another address");
    }

    /// <summary>Copies a file from this machine to a host.</summary>
    public async Task Place(int host, string file, string target, CancellationToken cancellationToken) =>
        await Cli.Wrap("docker").WithArguments(["cp", "--follow-link", file, $"{names[host]}:{target}"])
            .ExecuteBufferedAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        foreach (var name in names)
        {
            await engine.Remove(name, CancellationToken.None);
        }

        await engine.Docker.Networks.DeleteNetworkAsync(network, CancellationToken.None);
    }

    private static async Task NeedImage(ContainerEngine engine, string image, CancellationToken cancellationToken)
    {
        if ((await MachineCapabilities.Report(cancellationToken)).Engine is null)
        {
            Assert.Ignore("no container engine answers, and the units need containers whose PID 1 is systemd; start Docker");
        }

        await Require.Program("docker", cancellationToken);
        if (await engine.ImageId(image, cancellationToken) is null)
        {
            Assert.Ignore($"the image {image} is not on this machine; build it with acceptance/host/build-image, or name another in the " +
                "setting substrate-host-image");
        }
    }

    private async Task Copy(RenderedCluster tree, string part, HostSabotage? sabotage, CancellationToken cancellationToken)
    {
        var files = HostFiles.Of(tree, Settings, part);
        sabotage?.Apply(files);
        var folder = RunSession.NewFolder("units");
        await HostFiles.Write(files, Path.Combine(folder, part), cancellationToken);
        foreach (var host in new[] { 0, 1 })
        {
            await Place(host, folder, Tree, cancellationToken);
        }

        Directory.Delete(folder, recursive: true);
    }

    private async Task HaveStarted(CancellationToken cancellationToken)
    {
        foreach (var name in names)
        {
            await Eventually.Within(TimeSpan.FromSeconds(60), async token =>
                (await engine.Exec(name, ["systemctl", "is-system-running"], token)).Output.Trim()
                    .ShouldBeOneOf("running", "degraded"), "systemd starts a container", cancellationToken);
        }
    }
}
