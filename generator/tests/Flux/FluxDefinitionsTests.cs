using PlatformGitOps.Generator.Flux.Definitions;

namespace PlatformGitOps.Generator.Tests.Flux;

/// <summary>Compares the data file of Flux's CRDs with those that Flux publishes, and tests its generation.</summary>
public sealed class FluxDefinitionsTests
{
    /// <summary>
    /// A folder with the CRDs of the first release of each minor version: 2.9.0.yaml is install.yaml of that release, or the
    /// CustomResourceDefinitions of its controllers.
    /// </summary>
    private const string Variable = "FLUX_DEFINITIONS";

    /// <summary>"true" writes the data file.</summary>
    private const string Write = "FLUX_DEFINITIONS_WRITE";

    /// <summary>The versions that Flux 2.8 and later serve of the kinds that a repository of this product may contain.</summary>
    private static readonly string[] Versions =
    [
        "kustomize.toolkit.fluxcd.io/v1", "helm.toolkit.fluxcd.io/v2", "source.toolkit.fluxcd.io/v1", "notification.toolkit.fluxcd.io/v1",
        "notification.toolkit.fluxcd.io/v1beta3",
    ];

    private static string DataFile => RepositoryRoot.File("generator", "Flux", "Definitions", "definitions.yaml");

    [Test]
    public void The_data_is_what_the_definitions_at_hand_make_of_it()
    {
        var folder = Environment.GetEnvironmentVariable(Variable);
        if (folder is null)
        {
            Assert.Ignore($"{Variable} does not name a folder with Flux's definitions.");
        }

        var releases = Directory.GetFiles(folder, "*.yaml")
            .Select(file => (Version: SemVer.Parse(Path.GetFileNameWithoutExtension(file)), File: file))
            .OrderBy(release => release.Version).ToList();
        var made = Text(
            [.. releases.Select(release => release.Version)],
            [.. releases.Select(release => DefinitionDigest.KindsIn(release.File, Versions))]);
        if (Environment.GetEnvironmentVariable(Write) == "true")
        {
            File.WriteAllText(DataFile, made);
        }

        File.ReadAllText(DataFile).ShouldBe(made);
    }

    [Test]
    public void A_release_has_its_own_keys_and_words()
    {
        var (before, since) = (Spec("2.4.0"), Spec("2.6.0"));

        before["deletionPolicy"].ShouldBeNull();
        ((Generator.Schema.ChoiceShape)since["deletionPolicy"]!.Shape).Words.ShouldContain("WaitForTermination");
        ((Generator.Schema.ChoiceShape)Spec("2.5.0")["deletionPolicy"]!.Shape).Words.ShouldNotContain("WaitForTermination");

        static Generator.Schema.ObjectShape Spec(string flux) => (Generator.Schema.ObjectShape)FluxDefinitions.Of(
            "kustomize.toolkit.fluxcd.io/v1", "Kustomization", SemVer.Parse(flux))!["spec"]!.Shape;
    }

    private static string Text(IReadOnlyList<SemVer> versions, IReadOnlyList<Dictionary<string, Mapping>> releases)
    {
        var text = new StringBuilder($"""
            # What the objects of Flux take: FluxDefinitionsTests makes it from the CustomResourceDefinitions of the releases
            # {versions[0]} to {versions[^1]} (install.yaml of each, github.com/fluxcd/flux2). A list has one item, the type of its items;
            # 'labels' is a mapping of texts. A key or a word that came later has its release behind it, 'name >=2.5.0'.
            read: {FluxDefinitions.ReadOn}
            newest: {versions[^1]}

            """);
        foreach (var kind in releases.SelectMany(release => release.Keys).Distinct().Order(StringComparer.Ordinal))
        {
            DefinitionDigest.Add(text, "", kind, [.. releases.Select(release => release.GetValueOrDefault(kind))], versions);
        }

        return text.ToString();
    }
}

/// <summary>From the CustomResourceDefinitions of the releases.</summary>
public sealed class FluxApiVersionsTests
{
    private const string Sources = "source.toolkit.fluxcd.io";
    private const string Notifications = "notification.toolkit.fluxcd.io";
    private const string Images = "image.toolkit.fluxcd.io";

    [TestCase(Sources, "Bucket", "2.3.0", "v1beta2", "v1beta1")]
    [TestCase(Sources, "Bucket", "2.4.0", "v1", "v1beta2", "v1beta1")]
    [TestCase(Sources, "OCIRepository", "2.6.0", "v1", "v1beta2")]
    [TestCase(Sources, "OCIRepository", "2.8.0", "v1")]
    [TestCase(Notifications, "Alert", "2.6.0", "v1beta3", "v1beta2", "v1beta1")]
    [TestCase(Notifications, "Provider", "2.8.0", "v1beta3", "v1beta2")]
    [TestCase(Notifications, "Alert", "2.9.4", "v1beta3")]
    [TestCase(Notifications, "Receiver", "2.8.0", "v1", "v1beta2")]
    [TestCase(Notifications, "Receiver", "2.9.4", "v1")]
    [TestCase(Images, "ImagePolicy", "2.6.0", "v1beta2", "v1beta1")]
    [TestCase(Images, "ImageUpdateAutomation", "2.7.0", "v1", "v1beta2")]
    [TestCase(Images, "ImageRepository", "2.9.4", "v1")]
    public void A_release_serves(string group, string kind, string flux, params string[] versions) =>
        FluxApiVersions.Served(group, kind, SemVer.Parse(flux)).ShouldBe(versions);

    [TestCase("v1", "2.9.4", true)]
    [TestCase("v1", "2.10.0", false)]
    [TestCase("v1beta2", "2.10.0", true)]
    [TestCase("v1beta3", "2.10.0", false)]
    public void A_later_release_may_serve_more(string version, string flux, bool lacks) =>
        FluxApiVersions.Lacks(Notifications, "Alert", version, SemVer.Parse(flux)).ShouldBe(lacks);

    /// <summary>The newest release serves each kind of the data file in its version.</summary>
    [Test]
    public void The_newest_release_serves_every_kind_of_the_definitions() => FluxDefinitions.Kinds
        .Where(kind => kind.Split(' ', '/') is var parts && FluxApiVersions.Lacks(parts[1], parts[0], parts[2], FluxDefinitions.Newest))
        .ShouldBeEmpty();
}
