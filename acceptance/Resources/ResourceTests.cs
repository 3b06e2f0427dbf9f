using System.Text.Json.Nodes;
using PlatformGitOps.Acceptance.Rendering;

namespace PlatformGitOps.Acceptance.Resources;

public sealed class ResourceTests
{
    [TestCase("infra")]
    [TestCase("apps")]
    public void Whatever_is_delivered_reads_back_as_it_was_written(string role)
    {
        foreach (var resource in RenderedCluster.From(StorySample.Tree, role).Delivered)
        {
            ReadsBack(resource.Document);
        }
    }

    [TestCase("infra")]
    [TestCase("apps")]
    public void Whatever_is_delivered_is_of_a_kind_that_the_suite_knows(string role)
    {
        var tree = RenderedCluster.From(StorySample.Tree.WithHealthController, role);

        foreach (var resource in tree.Everything.Where(resource => !resource.IsOfFlux))
        {
            ResourceKind.Of(resource).Path(resource.Namespace).ShouldStartWith("/api");
        }
    }

    [TestCase("10")]
    [TestCase("true")]
    [TestCase("1.5e3")]
    [TestCase("null")]
    [TestCase("")]
    [TestCase(" leading")]
    [TestCase("two\nlines\n")]
    [TestCase("no newline\nat the end")]
    [TestCase("- not: a list # nor a comment")]
    [TestCase("\ttab and \"quotes\"")]
    public void A_text_stays_a_text(string text) => ReadsBack(new JsonObject { ["kind"] = "Pod", ["value"] = text });

    [Test]
    public void Numbers_flags_and_nothing_stay_what_they_are() =>
        ReadsBack((JsonObject)JsonNode.Parse(
            """{ "kind": "Pod", "number": 3, "flag": true, "nothing": null, "none": [], "empty": {} }""")!);

    private static void ReadsBack(JsonObject document) =>
        JsonNode.DeepEquals(YamlDocuments.Resources(YamlDocuments.Text(new Resource(document))).Single().Document, document)
            .ShouldBeTrue(YamlDocuments.Text(new Resource(document)));
}
