using System.Text;
using PlatformGitOps.Acceptance.Delivery;
using PlatformGitOps.Acceptance.Evidence.Model;
using PlatformGitOps.Acceptance.Evidence.Page;

namespace PlatformGitOps.Acceptance.Evidence;

/// <summary>Writes a run's evidence to its folder: the page, the same as Markdown, JUnit XML and JSON.</summary>
public static class EvidenceFolder
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Where runs keep their folders; CI uploads it.</summary>
    public static string Default { get; } = Path.Combine(Repository.Root, "artifacts", "acceptance");

    /// <returns>The run's folder below <paramref name="root"/>.</returns>
    public static async Task<string> WriteAsync(Run run, string root, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(root, run.Id);
        Directory.CreateDirectory(folder);
        foreach (var (name, text) in Files(run))
        {
            await File.WriteAllTextAsync(Path.Combine(folder, name), text, Utf8, cancellationToken);
        }

        return folder;
    }

    /// <summary>The same text for the same run, on every machine.</summary>
    public static IReadOnlyDictionary<string, string> Files(Run run) => new Dictionary<string, string>
    {
        ["report.html"] = ReportPage.Write(run),
        ["report.md"] = MarkdownReport.Write(run),
        ["junit.xml"] = JUnitReport.Write(run),
        ["evidence.json"] = EvidenceJson.Write(run),
    };
}
