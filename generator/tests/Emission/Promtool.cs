namespace PlatformGitOps.Generator.Tests.Emission;

/// <summary>Prometheus's tool for rules and their tests; a test that needs it is skipped if it is not installed.</summary>
internal static class Promtool
{
    public static async Task<ToolResult> Run(params string[] arguments)
    {
        var file = Tool.Promtool.Find();
        if (file is null)
        {
            Assert.Ignore($"promtool is not on the search path. {Tool.Promtool.HowToGet}");
        }

        return await ToolProcess.RunAsync(file, arguments, new ToolOptions(), CancellationToken.None);
    }

    /// <summary>Rules without their annotations, so that a test of promtool need not repeat them.</summary>
    public static Node WithoutAnnotations(Node node) => node switch
    {
        Mapping mapping => new Mapping(mapping.Entries.Where(entry => entry.Key != "annotations")
            .Select(entry => entry with { Value = WithoutAnnotations(entry.Value) })),
        Sequence sequence => Sequence.Of(sequence.Items.Select(WithoutAnnotations)),
        _ => node,
    };
}
