using NUnit.Framework.Interfaces;

namespace PlatformGitOps.Acceptance.Tool;

/// <summary>One line for each check as it ends, its message where it failed or was skipped, and what the suite says meanwhile.</summary>
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
