namespace PlatformGitOps.Generator.Tests.Lint;

/// <summary>What SOPS encrypted and Flux decrypts: files of generators before the build, and any object after it.</summary>
public sealed class EncryptedContentTests
{
    private const string Value = "ENC[AES256_GCM,data:x,iv:a,tag:b,type:str]";
    private const string Envelope = "{\"data\": \"" + Value + "\", \"sops\": {\"mac\": \"" + Value + "\", \"version\": \"3.13.2\"}}\n";

    private const string Environment = $"PASSWORD={Value}\nsops_age__list_0__map_recipient=age1q\nsops_lastmodified=2026-01-01T00:00:00Z\n"
        + $"sops_mac={Value}\nsops_version=3.13.2\n";

    private const string Release =
        "{apiVersion: helm.toolkit.fluxcd.io/v2, kind: HelmRelease, metadata: {name: shop, namespace: kube-system}, "
        + $"spec: {{interval: '{Value}', chart: {{spec: {{chart: shop, sourceRef: {{kind: HelmRepository, name: coredns}}}}}}, "
        + $"values: {{replicas: '{Value}'}}}}, sops: {{mac: '{Value}', version: 3.13.2}}}}";

    [Test]
    public void Flux_decrypts_the_files_of_a_generator_and_any_object() => Tree(decrypts: true)
        .Check().Where(finding => finding.File.StartsWith("kubernetes/infrastructure/networking/coredns/", StringComparison.Ordinal))
        .Select(finding => $"{finding.Rule}: {finding.Message}").ShouldBeEmpty();

    [Test]
    public void Without_keys_pods_get_the_encrypted_files() => Tree(decrypts: false).Said("secret-still-encrypted")
        .Select(message => message.Split(',')[0]).ShouldBe(
        [
            "SOPS has encrypted HelmRelease kube-system/shop",
            "SOPS has encrypted the contents of Secret kube-system/files",
            "SOPS has encrypted the contents of Secret kube-system/variables",
        ], ignoreOrder: true);

    [Test]
    public void A_file_in_plain_text_beside_them_is_found() => Tree(decrypts: true)
        .Edit(LintFixture.Folder, "- files.json", "- files.json\n      - plain.txt")
        .Add(LintFixture.Folder.Replace("kustomization.yaml", "plain.txt"), "sops_mac and ENC are words of this text\n")
        .Said("secret-in-plain-text").ShouldHaveSingleItem().ShouldContain("'plain.txt' in plain text");

    [Test]
    public void The_keys_of_an_environment_file_are_those_that_the_Secret_has() => SopsText.WithoutOwn(Environment.Split('\n'))
        .ShouldBe([$"PASSWORD={Value}", ""]);

    [Test]
    public void An_environment_file_of_ones_own_may_use_the_prefix() =>
        SopsText.WithoutOwn(["sops_version=3", "A=b"]).ShouldBe(["sops_version=3", "A=b"]);

    private static LintFixture Tree(bool decrypts)
    {
        var tree = new LintFixture("", "").Apply("release.yaml", Release)
            .Edit(LintFixture.Folder, "resources:",
                "generatorOptions: {disableNameSuffixHash: true}\nsecretGenerator:\n"
                    + "  - name: variables\n    namespace: kube-system\n    envs: [variables.env]\n"
                    + "  - name: files\n    namespace: kube-system\n    files:\n      - files.json\nresources:")
            .Add(LintFixture.Folder.Replace("kustomization.yaml", "variables.env"), Environment)
            .Add(LintFixture.Folder.Replace("kustomization.yaml", "files.json"), Envelope);
        return decrypts
            ? tree.Edit("kubernetes/clusters/infra/coredns.yaml", "  sourceRef:", "  decryption: {provider: sops}\n  sourceRef:") : tree;
    }
}
