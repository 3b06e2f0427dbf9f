using System.CommandLine;
using Microsoft.Extensions.Time.Testing;
using PlatformGitOps.Generator.Commands;

namespace PlatformGitOps.Generator.Tests.Commands;

/// <summary>Runs the program in the test's process, or the published one (<see cref="GeneratorProcess.Published"/>).</summary>
internal sealed record Verb(int ExitCode, string Output, string Error)
{
    public static async Task<Verb> Run(params string[] arguments)
    {
        if (GeneratorProcess.Published is { } program)
        {
            return await GeneratorProcess.RunFile(program, arguments);
        }

        using var output = new StringWriter();
        using var error = new StringWriter();
        var configuration = new InvocationConfiguration { Output = output, Error = error };
        var code = await CommandLine.RunAsync(arguments, configuration, TimeProvider.System, CancellationToken.None);
        return new Verb(code, output.ToString(), error.ToString());
    }

    /// <summary>In this process, on a given day.</summary>
    public static Task<Verb> On(string day, params string[] arguments) => At(
        DateTimeOffset.ParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal), arguments);

    /// <summary>In this process, at a given time.</summary>
    public static async Task<Verb> At(DateTimeOffset time, params string[] arguments)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter();
        var configuration = new InvocationConfiguration { Output = output, Error = error };
        var code = await CommandLine.RunAsync(arguments, configuration, new FakeTimeProvider(time), CancellationToken.None);
        return new Verb(code, output.ToString(), error.ToString());
    }
}
