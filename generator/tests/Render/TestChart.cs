using System.Collections.Immutable;
using PlatformGitOps.Generator.Render;
using PlatformGitOps.Generator.Tools;

namespace PlatformGitOps.Generator.Tests.Render;

/// <summary>The pinned chart on this machine, for tests that ask Helm.</summary>
internal static class TestChart
{
    private const string Variable = "COREDNS_CHART";

    /// <summary>Options with the chart, or the test is skipped with what would bring it back.</summary>
    public static RenderOptions Options()
    {
        var chart = Environment.GetEnvironmentVariable(Variable);
        if (chart is null || !(Directory.Exists(chart) || File.Exists(chart)))
        {
            Assert.Ignore(
                $"{Variable} names no folder or archive of the chart coredns 1.38.0 (helm pull coredns --repo " +
                "https://coredns.github.io/helm --version 1.38.0).");
        }

        var options = new RenderOptions
        {
            StrictSubstitution = true,
            Helm = true,
            LocalCharts = ImmutableDictionary<string, string>.Empty.Add("coredns", chart!)
        };
        if (Tool.Helm.Find(options.SearchPath) is null)
        {
            Assert.Ignore($"helm is not on the search path. {Tool.Helm.HowToGet}");
        }

        return options;
    }
}
