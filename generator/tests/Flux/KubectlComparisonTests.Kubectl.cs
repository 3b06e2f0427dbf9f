using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using PlatformGitOps.Generator.Apps.CoreDns;
using PlatformGitOps.Generator.Definition;
using PlatformGitOps.Generator.Flux;
using PlatformGitOps.Generator.Tests.Emission;
using PlatformGitOps.Generator.Tools;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Tests.Flux;

/// <summary>What kubectl makes of a folder, and when two results are the same.</summary>
public sealed partial class KubectlComparisonTests
{
    private static Cluster With(string name, Autoscaling autoscaling) =>
        Sample.Infra with { Name = Generator.Values.DnsLabel.Parse(name), Dns = Sample.Infra.Dns with { Autoscaling = autoscaling } };

    private static string[] Canonical(IEnumerable<Resource> resources) =>
        [.. resources.Select(resource => Canonical(resource.Body)).Order(StringComparer.Ordinal)];

    private static void ShouldBeSame(IEnumerable<Resource> ours, YamlText theirs, string what)
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
        Scalar { Value: var text } => PlainScalars.IsText(text) ? $"'{text}'" : text,
        _ => "",
    };

    private static void NeedsKubectl()
    {
        if (Tool.Kubectl.Find(Environment.GetEnvironmentVariable("PATH")) is null)
        {
            Assert.Ignore("kubectl is not on the PATH; install it to compare with the real kustomize.");
        }
    }

    /// <summary>Components go through a folder of their own, as Flux puts them into the kustomization.yaml it builds.</summary>
    private YamlText Kubectl(string folder, string[]? components)
    {
        var build = Path.Combine(_root, folder);
        if (components is { Length: > 0 })
        {
            build = Directory.CreateDirectory(Path.Combine(_root, "build", Guid.NewGuid().ToString("N"))).FullName;
            var lines = components.Select(component => $"  - ../../{SourceTree.Combine(folder, component)}");
            File.WriteAllText(Path.Combine(build, "kustomization.yaml"),
                $"resources:\n  - ../../{folder}\ncomponents:\n{string.Join('\n', lines)}\n");
        }

        try
        {
            using var process = Process.Start(new ProcessStartInfo("kubectl", ["kustomize", build])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true
            })!;
            var errors = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            process.ExitCode.ShouldBe(0, errors.Result);
            return YamlReader.Read(folder, Encoding.UTF8.GetBytes(output), YamlOptions.Tree);
        }
        catch (Win32Exception)
        {
            Assert.Ignore("kubectl is not on the PATH; install it to compare with the real kustomize.");
            throw;
        }
    }
}
