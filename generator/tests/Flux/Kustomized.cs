using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using PlatformGitOps.Generator.Tools;

namespace PlatformGitOps.Generator.Tests.Flux;

/// <summary>What the real kustomize builds, in kubectl; the tests that ask it are skipped where it is missing.</summary>
internal static class Kustomized
{
    /// <summary>The build of a folder on disk.</summary>
    public static YamlText Build(string folder)
    {
        var (output, errors, exitCode) = Run(folder);
        exitCode.ShouldBe(0, errors);
        return YamlReader.Read(folder, output, YamlOptions.Tree);
    }

    /// <summary>The objects of a folder on disk, or why it is refused.</summary>
    public static (IReadOnlyList<Manifest>? Objects, string Refusal) TryBuild(string folder)
    {
        var (output, errors, exitCode) = Run(folder);
        return exitCode != 0 ? (null, errors)
            : ([.. YamlReader.Read(folder, output, YamlOptions.Tree).Documents.OfType<Mapping>()
                .Select(body => new Manifest(body, folder))], "");
    }

    private static (string Output, string Errors, int ExitCode) Run(string folder)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("kubectl",
                ["kustomize", folder, "--load-restrictor", "LoadRestrictionsNone"])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true
            })!;
            var errors = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (output, errors.Result, process.ExitCode);
        }
        catch (Win32Exception)
        {
            Assert.Ignore("kubectl is not on the PATH; install it to compare with the real kustomize.");
            throw;
        }
    }

    public static string[] Canonical(IEnumerable<Manifest> resources) =>
        [.. resources.Select(resource => Canonical(resource.Body)).Order(StringComparer.Ordinal)];

    public static void ShouldBeSame(IEnumerable<Manifest> ours, YamlText theirs, string what)
    {
        theirs.Findings.ShouldBeEmpty(what);
        Canonical(ours).ShouldBe(theirs.Documents.Select(Canonical).Order(StringComparer.Ordinal), ignoreOrder: false, what);
    }

    /// <summary>The same text for nodes that mean the same: kustomize sorts keys and chooses its own quotes.</summary>
    private static string Canonical(Node node) => node switch
    {
        Mapping mapping => "{" + string.Join(',', mapping.Entries.OrderBy(entry => entry.Key, StringComparer.Ordinal)
            .Select(entry => $"{entry.Key}:{Canonical(entry.Value)}")) + "}",
        Sequence sequence => "[" + string.Join(',', sequence.Items.Select(Canonical)) + "]",
        Scalar { IsText: true, Value: var text } => $"'{text}'",
        Scalar { IsNull: true } => "null",
        Scalar { Value: var text } => PlainScalars.IsText(text) ? $"'{text}'" : Number(text),
        _ => "",
    };

    private static string Number(string text) => PlainScalars.Canonical(text) is var canonical
        && double.TryParse(canonical, CultureInfo.InvariantCulture, out var number)
            ? number.ToString(CultureInfo.InvariantCulture) : canonical;

    public static void Needed()
    {
        if (Tool.Kubectl.Find() is null)
        {
            Assert.Ignore("kubectl is not on the PATH; install it to compare with the real kustomize.");
        }
    }
}
