namespace PlatformGitOps.Acceptance.Sabotage;

public sealed class LiveChangesTests
{
    private const string Deployment = """
        {
          "metadata": {"labels": {"chart": "coredns-1.45.0"}},
          "spec": {"replicas": 3, "template": {"spec": {"securityContext": {"runAsUser": 1000}, "spread": [{"maxSkew": 1}]}}}
        }
        """;

    [TestCase("""{"spec":{"replicas":1}}""", """{"spec":{"replicas":3}}""", Description = "a value")]
    [TestCase("""{"spec":{"pods":1}}""", """{"spec":{"pods":null}}""", Description = "a field that was not there")]
    [TestCase("""{"metadata":{"labels":{"chart":null}}}""", """{"metadata":{"labels":{"chart":"coredns-1.45.0"}}}""",
        Description = "a removed field")]
    [TestCase("""{"spec":{"template":{"spec":{"nodeSelector":{"a":"b"},"spread":null}}}}""",
        """{"spec":{"template":{"spec":{"nodeSelector":null,"spread":[{"maxSkew":1}]}}}}""", Description = "a new map, and a list")]
    public void A_change_is_undone_to_what_the_object_had_before(string change, string back) =>
        LiveChanges.Inverse(Parsed(change), Parsed(Deployment)).ToJsonString().ShouldBe(back);

    private static JsonObject Parsed(string text) => JsonNode.Parse(text)!.AsObject();
}
