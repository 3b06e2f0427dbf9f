using Docker.DotNet.Models;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Containers;

namespace PlatformGitOps.Acceptance.Contracts;

/// <summary>The suite's assumptions about Docker.DotNet and Testcontainers, and tests of <see cref="ContainerEngine"/>.</summary>
public sealed class DockerContract
{
    private readonly ContainerEngine engine = new();
    private string name = "";

    private static CancellationToken Token => TestContext.CurrentContext.CancellationToken;

    private static string Image => SuiteSettings.Current.SmallImage;

    [SetUp]
    public async Task NeedsAnEngine()
    {
        await Require.ContainerEngine(engine, Image, Token);
        name = $"contract-{Guid.NewGuid():n}";
    }

    [TearDown]
    public async Task Remove()
    {
        if (name.Length > 0)
        {
            await engine.Remove(name, Token);
        }
    }

    [Test]
    public async Task Both_packages_use_the_engine_that_the_docker_command_uses()
    {
        await using var container = await Start("sleep", "300");
        (await engine.Find(name, Token))!.ID.ShouldBe(container.Id);
        DockerEndpoint.Current.Endpoint.ShouldBe(engine.Docker.Options.Endpoint);
    }

    [Test]
    public async Task A_container_is_found_by_its_exact_name_and_by_its_label()
    {
        await using var container = await Start("sleep", "300");
        (await engine.Find(name, Token))!.State!.Running.ShouldBeTrue();
        (await engine.Find(name[..^1], Token)).ShouldBeNull();
        (await engine.Labelled("contract", name, Token)).ShouldBe([name]);
        System.Net.IPAddress.TryParse(container.IpAddress, out _).ShouldBeTrue();
    }

    [Test]
    public async Task A_program_in_a_container_answers_with_its_output_and_exit_code()
    {
        await using var container = await Start("sleep", "300");
        var answer = await engine.Exec(name, ["sh", "-c", "echo out; echo err >&2; exit 5"], Token);
        (answer.ExitCode, answer.Output, answer.Succeeded).ShouldBe((5, "out\n", false));
        answer.Error.ShouldContain("err");
    }

    [Test]
    public async Task Killed_is_down_started_is_up_and_removed_does_not_exist()
    {
        await using var container = await Start("sleep", "300");
        await engine.Kill(name, Token);
        (await engine.Find(name, Token))!.State!.Running.ShouldBeFalse();
        await engine.Start(name, Token);
        (await engine.Find(name, Token))!.State!.Running.ShouldBeTrue();
        await engine.Remove(name, Token);
        (await engine.Find(name, Token)).ShouldBeNull();
        await engine.Remove(name, Token);
    }

    [Test]
    public async Task A_container_joins_a_network_by_its_name()
    {
        var run = await RunSession.Current;
        run.Session.WillMakeNetwork(name);
        await engine.Docker.Networks.CreateNetworkAsync(
            new NetworksCreateParameters { Name = name, Labels = new Dictionary<string, string>(run.Labels) }, Token);
        await using var container = (await Builder("sleep", "300")).WithNetwork(name).Build();
        await container.StartAsync(Token);
        (await engine.Find(name, Token))!.NetworkSettings!.Networks!.Keys.ShouldBe([name]);
        await engine.Remove(name, Token);
        await engine.Docker.Networks.DeleteNetworkAsync(name, Token);
    }

    [Test]
    public async Task An_image_that_this_machine_does_not_have_has_no_id()
    {
        (await engine.ImageId("no-such-image-here:0", Token)).ShouldBeNull();
        (await engine.ImageId(Image, Token)).ShouldStartWith("sha256:");
    }

    [Test]
    public async Task A_disposed_container_stays_until_the_suite_removes_it()
    {
        await using (await Start("sleep", "300"))
        {
        }

        (await engine.Find(name, Token)).ShouldNotBeNull("Testcontainers leaves a container without clean-up; Remove is needed");
    }

    private async Task<ContainerBuilder> Builder(params string[] command) =>
        (await ContainerEngine.Container(Image, Token)).WithName(name).WithLabel("contract", name).WithCommand(command);

    private async Task<IContainer> Start(params string[] command)
    {
        var container = (await Builder(command)).Build();
        await container.StartAsync(Token);
        return container;
    }
}
