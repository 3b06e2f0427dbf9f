using PlatformGitOps.Generator.Flux.Kustomize;

namespace PlatformGitOps.Generator.Tests.Flux;

/// <summary>
/// The fields of a kustomization.yaml. Each folder of fixtures/kustomize with an expected.yaml is a case; that file is the output of
/// <c>kubectl kustomize --load-restrictor LoadRestrictionsNone</c>.
/// </summary>
public sealed class KubectlMemberTests
{
    private static readonly string Root = Path.Combine(Fixtures.Folder, "kustomize");

    private static IEnumerable<TestCaseData> Cases() => Directory.EnumerateFiles(Root, "expected.yaml", SearchOption.AllDirectories)
        .Select(file => Path.GetFileName(Path.GetDirectoryName(file)!)).Order(StringComparer.Ordinal)
        .Select(folder => new TestCaseData(folder).SetArgDisplayNames(folder.Replace('-', ' ')));

    [TestCaseSource(nameof(Cases))]
    public void A_kustomization_gives_what_kubectl_gave(string folder)
    {
        var ours = new Kustomizer(SourceTree.OnDisk(Root)).Build(new BuildRequest(folder));

        ours.Findings.ShouldBeEmpty();
        Kustomized.ShouldBeSame(ours.Resources, Expected(folder), folder);
    }

    [TestCaseSource(nameof(Cases))]
    public void Kubectl_gives_it_still(string folder)
    {
        var theirs = Kustomized.Build(Path.Combine(Root, folder));

        theirs.Findings.ShouldBeEmpty();
        Kustomized.ShouldBeSame(theirs.Documents.OfType<Mapping>().Select(body => new Manifest(body, folder)), Expected(folder), folder);
    }

    private static YamlText Expected(string folder) => YamlReader.Read(folder,
        File.ReadAllBytes(Path.Combine(Root, folder, "expected.yaml")), YamlOptions.Tree);
}
