using PlatformGitOps.Acceptance.Adapters;
using PlatformGitOps.Acceptance.Clusters;
using PlatformGitOps.Acceptance.Machine;
using PlatformGitOps.Acceptance.Ports;
using PlatformGitOps.Acceptance.Settings;
using PlatformGitOps.Acceptance.Waiting;

namespace PlatformGitOps.Acceptance.Contracts;

/// <summary>What every <see cref="IContainerEngine"/> does with a container from its start to its removal.</summary>
public sealed class ContainerEngineContract
{
    private readonly IContainerEngine engine = AdapterSet.ContainerEngine(AdapterSet.Commands());
    private string name = "";
    private Reaper.Session? session;

    private static CancellationToken Token => TestContext.CurrentContext.CancellationToken;

    private static string Image => SuiteSettings.Current.SmallImage;

    [SetUp]
    public async Task NeedsAnEngine()
    {
        await Require.ContainerEngine(engine, Image, Token);
        session = (await RunSession.Current).Session;
        session.WillMakeContainers();
        name = $"contract-{Guid.NewGuid():n}";
    }

    [TearDown]
    public async Task Remove()
    {
        if (session is not null)
        {
            await engine.Remove(name, Token);
        }
    }

    [Test]
    public async Task A_container_is_found_by_its_exact_name_and_by_its_label()
    {
        var started = await engine.Run(await Sleeper(), Token);
        started.Running.ShouldBeTrue();
        started.Image.ShouldBe(Image);
        (await engine.Find(name, Token))!.Id.ShouldBe(started.Id);
        (await engine.Find(name[..^1], Token)).ShouldBeNull();
        (await engine.List("contract", name, Token)).ShouldHaveSingleItem().Name.ShouldBe(name);
        started.Addresses.Values.ShouldAllBe(address => System.Net.IPAddress.Parse(address) != null);
    }

    [Test]
    public async Task A_program_inside_answers_with_its_output_and_exit_code()
    {
        await engine.Run(await Sleeper(), Token);
        var answer = await engine.Exec(name, ["sh", "-c", "echo out; echo err >&2; exit 5"], Token);
        answer.ExitCode.ShouldBe(5);
        answer.Output.ShouldBe("out\n");
        answer.Error.ShouldContain("err");
    }

    [Test]
    public async Task Environment_command_and_logs_are_the_containers_own()
    {
        await engine.Run(
            (await Sleeper()) with
            {
                Command = ["sh", "-c", "echo hello $WHO; sleep 300"],
                Environment = new Dictionary<string, string> { ["WHO"] = "contract" },
            },
            Token);
        await Eventually.Within(
            TimeSpan.FromSeconds(5),
            async token => (await engine.Logs(name, token)).Trim().ShouldBe("hello contract"),
            "the first line is written after the start",
            Token);
    }

    [Test]
    public async Task Killed_is_down_started_is_up_and_removed_is_gone()
    {
        await engine.Run(await Sleeper(), Token);
        await engine.Kill(name, Token);
        (await engine.Find(name, Token))!.Running.ShouldBeFalse();
        await engine.Start(name, Token);
        (await engine.Find(name, Token))!.Running.ShouldBeTrue();
        await engine.Remove(name, Token);
        (await engine.Find(name, Token)).ShouldBeNull();
        await engine.Remove(name, Token);
    }

    [Test]
    public async Task A_published_port_is_reached_from_this_machine()
    {
        var started = await engine.Run(
            (await Sleeper()) with { Command = ["sh", "-c", "while true; do echo served | nc -l -p 8000; done"], PublishedPorts = [8000] }, Token);
        await Eventually.Within(
            TimeSpan.FromSeconds(10),
            async token =>
            {
                using var client = new System.Net.Sockets.TcpClient();
                await client.ConnectAsync("127.0.0.1", started.Ports["8000/tcp"], token);
                (await new StreamReader(client.GetStream()).ReadLineAsync(token)).ShouldBe("served");
            },
            "the port is published on the loopback address",
            Token);
    }

    [Test]
    public async Task A_network_is_made_and_removed_by_its_name()
    {
        var run = await RunSession.Current;
        run.Session.WillMakeNetwork(name);
        await engine.CreateNetwork(name, run.Labels, Token);
        (await engine.HasNetwork(name, Token)).ShouldBeTrue();
        await engine.Run((await Sleeper()) with { Network = name }, Token);
        (await engine.Find(name, Token))!.Addresses.Keys.ShouldContain(name);
        await engine.Remove(name, Token);
        await engine.RemoveNetwork(name, Token);
        await engine.RemoveNetwork(name, Token);
        (await engine.HasNetwork(name, Token)).ShouldBeFalse();
    }

    [Test]
    public async Task An_image_that_is_not_here_is_not_here() =>
        (await engine.ImageId("no-such-image-here:0", Token)).ShouldBeNull();

    private async Task<ContainerSpec> Sleeper() => new()
    {
        Name = name,
        Image = Image,
        Command = ["sleep", "300"],
        Labels = new Dictionary<string, string>((await RunSession.Current).Labels) { ["contract"] = name },
    };
}
