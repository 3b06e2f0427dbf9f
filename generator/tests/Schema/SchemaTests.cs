using System.Text.Json.Nodes;
using NJsonSchema;
using PlatformGitOps.Generator.Schema;

namespace PlatformGitOps.Generator.Tests.Schema;

public class SchemaTests
{
    private static readonly JsonSchema Platform = JsonSchema.FromJsonAsync(SchemaText.Build()).GetAwaiter().GetResult();

    [Test]
    public void The_committed_schema_is_the_one_that_is_built() =>
        Received.ShouldBe(SchemaText.Build(), RepositoryRoot.File("docs", "platform.schema.json"));

    [TestCaseSource(typeof(Fixtures), nameof(Fixtures.Valid))]
    public void A_valid_definition_passes_the_schema(string path) => Passes(File.ReadAllBytes(path)).ShouldBeTrue();

    [Test]
    public void The_repositorys_own_definition_passes_the_schema() => Passes(File.ReadAllBytes(RepositoryRoot.File("platform.yaml")))
        .ShouldBeTrue();

    [TestCase("unknown-key")]
    [TestCase("missing-key")]
    [TestCase("wrong-type")]
    [TestCase("unknown-choice")]
    [TestCase("number-out-of-range")]
    [TestCase("cidr-form")]
    [TestCase("clusters-count")]
    [TestCase("duplicate-item")]
    public void The_schema_refuses_what_editors_can_see(string fixture) =>
        Passes(File.ReadAllBytes(Path.Combine(Fixtures.Folder, "invalid", fixture + ".yaml"))).ShouldBeFalse();

    [Test]
    public void Every_example_and_every_default_has_the_form_that_its_shape_asks_for() => Walk(PlatformText.Shape);

    [Test]
    public void The_starter_is_a_valid_definition()
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(StarterDefinition.Text);
        PlatformText.Read("platform.yaml", bytes).ShouldBeOfType<PlatformReading.Valid>();
        Passes(bytes).ShouldBeTrue();
    }

    [Test]
    public void The_starter_with_every_comment_taken_away_is_a_valid_definition()
    {
        // The suggested text of "# key: value" must itself be correct; prose stays a comment.
        var keys = string.Join('\n', StarterDefinition.Text.Split('\n')
            .Select(line => System.Text.RegularExpressions.Regex.Replace(line, "^( *)# (?=(- )?[a-zA-Z]+:( |$))", "$1")));
        keys.ShouldContain("\n              secretName: platform-credentials".TrimStart().Insert(0, "  "));
        PlatformText.Read("platform.yaml", System.Text.Encoding.UTF8.GetBytes(keys)).ShouldBeOfType<PlatformReading.Valid>();
    }

    private static bool Passes(byte[] yaml) =>
        Platform.Validate(Json(YamlReader.Read("x.yaml", yaml, YamlOptions.Default).Documents[0])!.ToJsonString()).Count == 0;

    private static JsonNode? Json(Node node) => node switch
    {
        Mapping mapping => new JsonObject(mapping.Entries.Select(entry => KeyValuePair.Create(entry.Key, Json(entry.Value)))),
        Sequence sequence => new JsonArray([.. sequence.Items.Select(Json)]),
        Scalar { IsText: false, Value: "true" or "false" } scalar => scalar.Value == "true",
        Scalar { IsText: false } scalar when decimal.TryParse(scalar.Value, NumberStyles.Float, CultureInfo.InvariantCulture,
            out var number) => JsonValue.Create(number),
        Scalar { IsText: false, Value: "" or "null" } => null,
        Scalar scalar => scalar.Value,
        _ => null,
    };

    private static void Walk(Shape shape)
    {
        switch (shape)
        {
            case ObjectShape mapping:
                foreach (var key in mapping.Keys)
                {
                    Walk(key.Shape);
                    if (key is { Default: { } text, Shape: TextShape form })
                    {
                        form.Check(text).ShouldBeNull(key.Name);
                        text.ShouldMatch(form.Pattern);
                    }
                    else if (key is { Default: { } word, Shape: ChoiceShape choice })
                    {
                        choice.Words.ShouldContain(word);
                    }
                }

                break;
            case ListShape list:
                Walk(list.Item);
                break;
            case TextShape text:
                text.Check(text.Example).ShouldBeNull(text.Example);
                text.Example.ShouldMatch(text.Pattern);
                break;
        }
    }
}
