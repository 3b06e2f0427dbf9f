using System.CommandLine;
using PlatformGitOps.Controller.Commands;

namespace PlatformGitOps.Controller.Tests;

/// <summary>What an operator can write wrongly ends the program at once, with exit code 2 and what to do.</summary>
public sealed class CommandLines
{
    private const string Nowhere = "--kubeconfig=/nowhere/config";

    private readonly string _folder = Directory.CreateTempSubdirectory("controller-").FullName;

    [TearDown]
    public void Delete() => Directory.Delete(_folder, recursive: true);

    [TestCase("run --conifg a", "Unrecognized command or argument '--conifg'.")]
    [TestCase("run --config", "Required argument missing for option: '--config'.")]
    [TestCase("run --port=0", "--port 0: write a number from 1 to 65535.")]
    [TestCase("run --port=-1", "--port -1: write a number from 1 to 65535.")]
    [TestCase("run --port=70000", "--port 70000: write a number from 1 to 65535.")]
    [TestCase("release --wait=0", "--wait 0: write a number from 1 to 3600.")]
    [TestCase("release --wait=-5", "--wait -5: write a number from 1 to 3600.")]
    [TestCase("release --namespace=Kube/System", "--namespace 'Kube/System' is not the name of a namespace.")]
    [TestCase("run --config=", "Required argument missing for option: '--config'.")]
    [TestCase("geo --folder /zones", "Option '--config' is required.")]
    [TestCase("explain", "Required argument 'service' missing for command: 'explain'.")]
    [TestCase("explain web " + Nowhere, "'web' is not a Service. Write namespace/name, such as shop/web.")]
    [TestCase("run " + Nowhere, "no kubeconfig found: /nowhere/config")]
    public async Task A_wrong_argument_is_refused(string arguments, string problem)
    {
        var (code, error) = await RunAsync(arguments.Split(' '));

        (code, error.Split('\n')[0]).ShouldBe((2, problem));
    }

    [Test]
    public async Task A_port_that_is_not_a_number_is_refused() => (await RunAsync("run", "--port", "http")).Code.ShouldBe(2);

    [Test]
    public async Task A_bad_command_names_the_commands() =>
        (await RunAsync("start")).Error.ShouldContain("Commands: run, explain, release, geo. --help describes them.");

    [Test]
    public async Task A_missing_config_file_is_named() => (await RunAsync("run", "--config", "/nowhere/config.yaml")).ShouldBe(
        (2, "/nowhere/config.yaml: the config file does not exist. Mount its ConfigMap there, or pass another --config.\n"));

    [Test]
    public async Task A_folder_in_place_of_a_config_file_is_refused() =>
        (await RunAsync("run", "--config", _folder)).ShouldBe((2, $"{_folder} is a folder. Pass --config the file in it.\n"));

    /// <summary>Its first page cannot be read, even by root.</summary>
    [Test]
    [Platform("Linux")]
    public async Task A_config_file_that_cannot_be_read_is_refused()
    {
        var (code, error) = await RunAsync("run", "--config", "/proc/self/mem");

        code.ShouldBe(2);
        error.ShouldStartWith("/proc/self/mem: the config file cannot be read: ");
    }

    [TestCase("run")]
    [TestCase("explain shop/web")]
    [TestCase("release")]
    [TestCase("geo --folder /zones")]
    public async Task Every_command_names_file_line_key_and_value(string command)
    {
        var file = Write("probes:\n  deniedNetworks: [10/99]\n");

        var (code, error) = await RunAsync([.. command.Split(' '), "--config", file]);

        code.ShouldBe(2);
        error.ShouldContain($"{file}:2: probes.deniedNetworks: '10/99' is not valid. Write a network such as 10.0.0.0/8.");
    }

    private string Write(string text)
    {
        var file = Path.Combine(_folder, "config.yaml");
        File.WriteAllText(file, text);
        return file;
    }

    private static async Task<(int Code, string Error)> RunAsync(params string[] arguments)
    {
        using var error = new StringWriter { NewLine = "\n" };
        var configuration = new InvocationConfiguration { Error = error, Output = TextWriter.Null };
        var code = await ControllerCommands.RunAsync(arguments, configuration, TimeProvider.System, CancellationToken.None);
        return (code, error.ToString());
    }
}
