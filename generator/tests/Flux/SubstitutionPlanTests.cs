using PlatformGitOps.Generator.Flux.Substitution;

namespace PlatformGitOps.Generator.Tests.Flux;

/// <summary>Direct substitution of values has the same result as Flux's way: the whole text, substituted and read again.</summary>
public sealed class SubstitutionPlanTests
{
    private static readonly Mapping Object = Read("""
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: "${A}"
          labels: {lone: "${A}", number: 004, both: "${A}${B}", text: "x ${A}", end: "${B} y", path: "/a/${A}/b"}
        data:
          colon: "${A}: x"
          quoted: "it's ${A} \"and\" ${B}"
          lines: |
            first ${A}
              ${B}
            dollars $$ and $${A}
          default: ${C:=fallback}
          length: ${#A}
          upper: ${A^^}
          list: ["${A}", [x, "${B}"], plain, 1_000]
          unset: "a ${D:=c} b"
          date: 2024-11-28
          hash: "a#${A}"
          dash: "-${A}"
        """);

    private static readonly string[] Values =
    [
        "word", "10.0.0.1", "1.1.1.1 1.0.0.1", "2001:db8::1", "004", "0x1F", "1e3", "yes", "null", "~", "true", "", " ",
        "a ", " a", "a: b", "a:", ":a",
        "a #b", "#", "- a", "-", "'", "\"", "\\", "[", "{a: b}", "*a", "&a", "!x", "%", "@", "2024-11-28", "12:30",
        "a\tb", "zq0zq", "zq", "a_b", "x/y",
        "1_000", ".5", "5.", "ünï", "<<", "---", "a--b", new string('w', 1200),
    ];

    [Test]
    public void Every_pair_of_values_gives_the_object_that_the_whole_text_gives()
    {
        foreach (var one in Values)
        {
            foreach (var two in Values)
            {
                var variables = VariableSet.Of(new Dictionary<string, string> { ["A"] = one, ["B"] = two });
                foreach (var strict in new[] { true, false })
                {
                    var planned = ObjectSubstitution.Apply(Object, variables, strict);
                    var whole = ObjectSubstitution.Apply(Object, variables, strict, planned: false);

                    planned.Findings.ShouldBe(whole.Findings);
                    Written(planned.Manifest).ShouldBe(Written(whole.Manifest), $"A=<{one}> B=<{two}>");
                }
            }
        }
    }

    [Test]
    public void The_same_values_give_the_same_nodes_also_in_a_part_that_others_do_not_touch()
    {
        Mapping Of(string a, string b) => ObjectSubstitution.Apply(
            Object, VariableSet.Of(new Dictionary<string, string> { ["A"] = a, ["B"] = b }), strict: false).Manifest;

        Of("one", "two").ShouldBeSameAs(Of("one", "two"));
        ((Mapping)Of("one", "two")["metadata"]!)["name"].ShouldBeSameAs(((Mapping)Of("one", "three")["metadata"]!)["name"]);
    }

    private static Mapping Read(string text) =>
        (Mapping)YamlReader.Read("kubernetes/a.yaml", text, YamlOptions.Kustomize).Documents[0];

    private static string Written(Node node) => $"{node.File} {node.Position} " + node switch
    {
        Mapping mapping => string.Join(", ", mapping.Entries.Select(entry => $"{entry.Key} {entry.KeyPosition} {Written(entry.Value)}")),
        Sequence sequence => "[" + string.Join(", ", sequence.Items.Select(Written)) + "]",
        Scalar scalar => $"{(scalar.IsText ? "text" : "plain")} <{scalar.Value}>",
        _ => node.GetType().Name,
    };
}
