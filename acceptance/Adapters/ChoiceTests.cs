using PlatformGitOps.Acceptance.Delivery;
using PlatformGitOps.Acceptance.Ports;
using PlatformGitOps.Acceptance.Resources;

namespace PlatformGitOps.Acceptance.Adapters;

/// <summary>Adapters.targets: which packages a restore asks for, once the answer is there and where the property says it.</summary>
public sealed class ChoiceTests
{
    private static readonly string[] OfThePackagesSet = ["CliWrap", "KubernetesClient", "Testcontainers.K3s"];

    private string output = "";

    [SetUp]
    public void OwnOutput() => output = Directory.CreateTempSubdirectory("adapters-").FullName;

    [TearDown]
    public void RemoveOutput() => Directory.Delete(output, recursive: true);

    [TestCase("packages", null, true)]
    [TestCase("builtin", null, false)]
    [TestCase("builtin", "packages", true)]
    [TestCase("packages", "builtin", false)]
    public async Task The_kept_answer_holds_and_the_property_overrides_it(string kept, string? property, bool packages)
    {
        await File.WriteAllTextAsync(
            Path.Combine(output, "acceptance-adapters.props"), $"<Project><PropertyGroup><AcceptanceAdapters>{kept}</AcceptanceAdapters></PropertyGroup></Project>");

        (await References(property)).Intersect(OfThePackagesSet).Order().ShouldBe(packages ? OfThePackagesSet : []);
    }

    private async Task<IEnumerable<string?>> References(string? property)
    {
        var evaluated = await AdapterSet.Commands().Run(
            new CommandLine(
                "dotnet",
                [
                    "msbuild", Path.Combine(Repository.Root, "acceptance", "Acceptance.csproj"), "-target:ReferenceAcceptancePackages", "-getItem:PackageReference",
                    $"-property:ArtifactsPath={output}", .. property is null ? Array.Empty<string>() : [$"-property:AcceptanceAdapters={property}"],
                ]),
            TestContext.CurrentContext.CancellationToken);
        return YamlDocuments.Resources(evaluated.Output).Single().Parts("Items.PackageReference").Select(reference => reference.Text("Identity"));
    }
}
