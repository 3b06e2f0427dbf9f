using NUnit.Framework.Interfaces;

namespace PlatformGitOps.Acceptance.Tool;

/// <summary>Writes one line for each finished check, its message if it failed or was skipped, and the suite's other output.</summary>
internal sealed class ConsoleListener(TextWriter output) : ITestListener
{
    public void TestStarted(ITest test)
    {
    }

    public void TestFinished(ITestResult result)
    {
        if (result.HasChildren)
        {
            return;
        }

        output.WriteLine($"{result.ResultState.Status.ToString().ToLowerInvariant(),-8} {result.Name}");
        foreach (var line in (result.Message ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            output.WriteLine($"           {line.TrimEnd()}");
        }
    }

    public void TestOutput(TestOutput text) => output.Write(text.Text);

    public void SendMessage(TestMessage message) => output.WriteLine(message.Message);
}
