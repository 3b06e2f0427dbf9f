using PlatformGitOps.Generator.Flux.Definitions;
using PlatformGitOps.Generator.Schema;

namespace PlatformGitOps.Generator.Tests.Flux;

/// <summary>Compares the ExternalSecret of docs/external-dns.md with the published CRD of External Secrets.</summary>
public sealed class ExternalSecretExampleTests
{
    /// <summary>The published definition: config/crds/bases/external-secrets.io_externalsecrets.yaml of the release.</summary>
    private const string Variable = "EXTERNAL_SECRETS_DEFINITION";

    /// <summary>"true" writes the data file.</summary>
    private const string Write = "EXTERNAL_SECRETS_DEFINITION_WRITE";

    private const string Kind = "ExternalSecret external-secrets.io/v1";

    private static readonly SemVer Release = new(2, 9, 0);

    private static string DataFile => RepositoryRoot.File("generator", "tests", "fixtures", "external-secret.yaml");

    [Test]
    public void The_data_is_what_the_definition_at_hand_makes_of_it()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { } file)
        {
            Assert.Ignore($"{Variable} does not name the definition of External Secrets.");
            return;
        }

        var text = new StringBuilder($"""
            # What an ExternalSecret takes: ExternalSecretExampleTests makes it from the definition of External Secrets {Release}
            # (github.com/external-secrets/external-secrets), in the form of generator/Flux/Definitions/definitions.yaml.

            """);
        DefinitionDigest.Add(text, "", Kind, [DefinitionDigest.KindsIn(file, ["external-secrets.io/v1"])[Kind]], [Release]);
        if (Environment.GetEnvironmentVariable(Write) == "true")
        {
            File.WriteAllText(DataFile, text.ToString());
        }

        File.ReadAllText(DataFile).ShouldBe(text.ToString());
    }

    [Test]
    public void The_example_has_the_keys_and_words_of_the_definition() => Problems(Example()).ShouldBeEmpty();

    [TestCase("remoteRef:", "remoteReference:", "UnknownKey spec.data[0].remoteReference")]
    [TestCase("secretStoreRef:", "storeRef:", "UnknownKey spec.storeRef")]
    [TestCase("kind: ClusterSecretStore", "kind: VaultStore", "UnknownWord spec.secretStoreRef.kind")]
    public void An_example_with_a_mistyped_word_does_not(string old, string mistyped, string problem) =>
        Problems(Example().Replace(old, mistyped)).ShouldBe([problem]);

    private static string Example()
    {
        var lines = File.ReadAllLines(RepositoryRoot.File("docs", "external-dns.md"));
        var start = Array.IndexOf(lines, "apiVersion: external-secrets.io/v1");
        return string.Join('\n', lines.Skip(start).TakeWhile(line => !line.StartsWith("```", StringComparison.Ordinal))) + "\n";
    }

    private static string[] Problems(string example)
    {
        var read = YamlReader.Read("docs/external-dns.md", example, YamlOptions.Tree);
        read.Findings.ShouldBeEmpty();
        var data = (Mapping)YamlReader.Read(DataFile, File.ReadAllBytes(DataFile), YamlOptions.Tree).Documents.Single();
        var document = (Mapping)read.Documents.Single();
        $"{document.TextAt("kind")} {document.TextAt("apiVersion")}".ShouldBe(Kind);
        var spec = new ObjectShape([new Key("spec", FluxDefinitions.ShapeOf(data[Kind]!, Release))]);
        return
        [
            .. ShapeCheck.Check(new Mapping(document.Entries.Where(entry => entry.Key == "spec")), spec)
                .Select(problem => $"{problem.Kind} {problem.Path}"),
        ];
    }
}
