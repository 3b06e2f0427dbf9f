using PlatformGitOps.Generator.Flux.Substitution;

namespace PlatformGitOps.Generator.Tests.Flux;

public sealed class ObjectSubstitutionTests
{
    [Test]
    public void Quotes_around_a_lone_variable_do_not_keep_the_value_a_text()
    {
        var substituted = Apply("spec:\n  replicas: \"${REPLICAS}\"\n  label: \"v${REPLICAS}\"\n", new() { ["REPLICAS"] = "2" });

        var replicas = substituted.Manifest.At("spec", "replicas").ShouldBeOfType<Scalar>();
        replicas.Value.ShouldBe("2");
        replicas.IsText.ShouldBeFalse();
        substituted.Manifest.TextAt("spec", "label").ShouldBe("v2");
    }

    [Test]
    public void A_number_is_shown_as_the_cluster_gets_it() =>
        Apply("spec:\n  a: ${A}\n  b: v${A}\n", new() { ["A"] = "004" }).Manifest.At("spec")
            .ShouldBeOfType<Mapping>().Select(entry => ((Scalar)entry.Value).Value).ShouldBe(["4", "v004"]);

    [Test]
    public void A_value_may_bring_a_whole_list()
    {
        var substituted = Apply("spec:\n  hosts: ${HOSTS}\n", new() { ["HOSTS"] = "[a, b]" });

        substituted.Manifest.At("spec", "hosts").ShouldBeOfType<Sequence>().Items.Length.ShouldBe(2);
        substituted.Manifest.At("spec", "hosts")!.Position.ShouldBe(new Position(2, 10));
    }

    [Test]
    public void Positions_and_files_are_those_of_the_source()
    {
        var substituted = Apply("metadata:\n  name: x\nspec:\n  list:\n    - a: ${A}\n", new() { ["A"] = "b" });

        var item = ((Sequence)substituted.Manifest.At("spec", "list")!).Items[0].ShouldBeOfType<Mapping>();
        item["a"]!.Position.ShouldBe(new Position(5, 10));
        item["a"]!.File.ShouldBe("object.yaml");
        item.Entries[0].KeyPosition.ShouldBe(new Position(5, 7));
    }

    [TestCase("labels")]
    [TestCase("annotations")]
    public void An_object_that_opts_out_is_left_alone(string where) =>
        Apply($"metadata:\n  {where}:\n    kustomize.toolkit.fluxcd.io/substitute: disabled\nspec: ${{A}}\n", new() { ["A"] = "b" })
            .Manifest.TextAt("spec").ShouldBe("${A}");

    [Test]
    public void Without_any_variable_nothing_is_substituted_not_even_defaults_and_escapes() =>
        Apply("spec: ${A:=b} $${C}\n", []).Manifest.TextAt("spec").ShouldBe("${A:=b} $${C}");

    [TestCase("a: b: c")]
    [TestCase("'")]
    [TestCase("[a")]
    [TestCase("*all")]
    public void A_value_that_breaks_the_yaml_is_a_finding(string value) =>
        Apply("spec: ${A}\n", new() { ["A"] = value }).Findings.ShouldHaveSingleItem().Rule.ShouldBe(ObjectSubstitution.RuleBreaksYaml);

    [Test]
    public void Newlines_of_a_value_are_taken_out_and_inline_values_win()
    {
        var settings = Given.Object("kind: ConfigMap\ndata:\n  A: |\n    one\n    two\n  B: from\n");
        var kustomization =
            Given.Object(
            "metadata:\n  namespace: flux-system\nspec:\n  postBuild:\n    substitute:\n      B: inline\n    substituteFrom:\n      - " +
            "kind: ConfigMap\n        name: settings\n");

        var variables = PostBuild.Collect(kustomization, (_, _, _) => settings);

        variables.Values["A"].ShouldBe("onetwo");
        variables.Values["B"].ShouldBe("inline");
        variables.Findings.ShouldBeEmpty();
    }

    [Test]
    public void A_settings_object_that_is_missing_or_has_an_impossible_key_is_a_finding()
    {
        var kustomization = Given.Object(
            "metadata:\n  namespace: flux-system\nspec:\n  postBuild:\n    substitute:\n      a-b: x\n    substituteFrom:\n      - " +
            "kind: ConfigMap\n        name: settings\n      - kind: Secret\n        name: s\n        optional: true\n");

        PostBuild.Collect(kustomization, (_, _, _) => null).Findings.Select(finding => finding.Rule)
            .ShouldBe([PostBuild.RuleMissingSource, PostBuild.RuleVariableName]);
    }

    [Test]
    public void A_secret_that_the_cluster_makes_leaves_its_variables_as_they_are_written()
    {
        var kustomization = Given.Object("spec:\n  postBuild:\n    substitute: {A: a}\n    substituteFrom: [{kind: Secret, name: s}]\n");

        var variables = PostBuild.Collect(kustomization, (_, _, _) => null);

        variables.Findings.ShouldBeEmpty();
        ObjectSubstitution.Apply(Given.Object("spec: ${A} ${B} ${C:=c}\n"), variables, strict: true).Manifest.TextAt("spec")
            .ShouldBe("a ${B} c");
    }

    private static SubstitutedObject Apply(string yaml, Dictionary<string, string?> variables) =>
        ObjectSubstitution.Apply(Given.Object(yaml), new VariableSet(variables, []), strict: true);
}
