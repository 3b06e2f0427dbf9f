using System.Text;
using PlatformGitOps.Generator.Definition;
using PlatformGitOps.Generator.Emission;
using PlatformGitOps.Generator.Tests.Definition;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Tests.Emission;

/// <summary>Every rule of every tree, in the clusters and on the hosts of a substrate.</summary>
public sealed class DeliveredRuleTests
{
    /// <summary>increase() is the same, times the window, and reads as a count that it is not: it extrapolates.</summary>
    [Test]
    public void No_rule_uses_increase()
    {
        var rules = Directory.GetFiles(Path.Combine(Fixtures.Folder, "valid"), "*.yaml")
            .Concat(Directory.GetFiles(RepositoryRoot.File("acceptance", "fixtures", "definitions"), "*.yaml"))
            .SelectMany(path => PlatformText.Read(path, File.ReadAllBytes(path)) is PlatformReading.Sound sound
                ? Tree.Build(sound.Platform) : [])
            .Where(file => file.Text.Contains("expr:", StringComparison.Ordinal)).DistinctBy(file => file.Text)
            .SelectMany(file => YamlReader.Read(file.Path, Encoding.UTF8.GetBytes(file.Text), YamlOptions.Tree).Documents)
            .OfType<Mapping>().SelectMany(document => document.MappingsAt("spec", "groups").Concat(document.MappingsAt("groups")))
            .SelectMany(group => group.MappingsAt("rules"))
            .Select(rule => (Name: rule.TextAt("alert") ?? rule.TextAt("record")!, Expression: rule.TextAt("expr")!)).ToArray();

        // One of each application, so that a part that is not found does not pass.
        Wanted.Except(rules.Select(rule => rule.Name)).ShouldBeEmpty();
        rules.Where(rule => rule.Expression.Contains("increase(", StringComparison.Ordinal)).Select(rule => rule.Name).ShouldBeEmpty();
    }

    private static readonly string[] Wanted =
    [
        "CoreDNSDown", "CoreDNSErrorBudgetBurns", "dns:slow:ratio_rate3d", "DNSHealthControllerHeldBack", "ExternalDNSDown", "GeoDNSDown",
        "NodeLocalDNSDown", "SubstrateVerifyFailed", "SubstrateEtcdWithoutQuorum",
    ];
}
