using PlatformGitOps.Generator.Tools;

namespace PlatformGitOps.Generator.Tests;

internal static class ToolResultAssertions
{
    public static void ShouldSucceed(this ToolResult result) => result.Succeeded.ShouldBeTrue($"{result.Explain()}\n{result.Output}");
}
