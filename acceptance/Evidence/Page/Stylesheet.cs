namespace PlatformGitOps.Acceptance.Evidence.Page;

/// <summary>report.css, as it is built into the suite.</summary>
internal static class Stylesheet
{
    public static string Text { get; } = Read();

    private static string Read()
    {
        using var stream = typeof(Stylesheet).Assembly.GetManifestResourceStream("PlatformGitOps.Acceptance.Evidence.Page.report.css")
            ?? throw new InvalidOperationException("report.css is not part of the build.");
        using var reader = new StreamReader(stream);
        return "\n" + reader.ReadToEnd();
    }
}
