using PlatformGitOps.Generator.Definition;
using PlatformGitOps.Generator.Schema;

namespace PlatformGitOps.Generator.Tests.Definition;

public class SuggestionTests
{
    [TestCase("replica", "replicas")]
    [TestCase("replicaCount", "replicas")]
    [TestCase("clusterIp", "clusterIP")]
    [TestCase("minAvialable", "minAvailable")]
    [TestCase("upstraems", "upstreams")]
    [TestCase("resource", "resources")]
    public void A_typing_error_is_answered_with_the_key_that_was_meant(string word, string meant) => Finding(word)
        .ShouldBe($"Did you mean '{meant}'?");

    [TestCase("lantern")]
    [TestCase("x")]
    public void A_word_that_is_near_to_nothing_is_answered_with_all_keys(string word) =>
        Finding(word).ShouldBe($"Known here: {string.Join(", ", Dns.Keys.Select(key => key.Name))}.");

    private static ObjectShape Dns => (ObjectShape)((ObjectShape)((ListShape)PlatformText.Shape["clusters"]!.Shape).Item)["dns"]!.Shape;

    private static string Finding(string word)
    {
        var text =
            "repository: { url: https://github.com/example/platform.git }\nclusters: [{ name: infra, network: { pods: 10.244.0.0/16, " +
            "services: 10.245.0.0/16 }, dns: { " + word + ": 1 } }]\n";
        return Generator.Definition.PlatformText.Read("platform.yaml", System.Text.Encoding.UTF8.GetBytes(text))
            .ShouldBeOfType<Generator.Definition.PlatformReading.Refused>().Findings.ShouldHaveSingleItem().Fix;
    }
}
