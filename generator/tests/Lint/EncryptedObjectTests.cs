namespace PlatformGitOps.Generator.Tests.Lint;

/// <summary>What SOPS encrypted and Flux has no keys for.</summary>
public sealed class EncryptedObjectTests
{
    private const string Rule = "secret-still-encrypted";
    private const string Sops = "sops: {mac: 'ENC[AES256_GCM,data:y]', version: 3.13.2}}";

    [TestCase("v1, kind: Secret")]
    [TestCase("v1, kind: ConfigMap")]
    [TestCase("rbac.authorization.k8s.io/v1, kind: Role")]
    [TestCase("source.toolkit.fluxcd.io/v1, kind: HelmRepository")]
    public void Kubernetes_and_Flux_do_not_know_the_key(string type) =>
        OwnObjects.With($"{{apiVersion: {type}, metadata: {{name: own, namespace: kube-system}}, {Sops}").Said(Rule)
            .ShouldHaveSingleItem().ShouldContain("has no 'spec.decryption'");

    /// <summary>Its operator decrypts it, and gets nothing where Flux does.</summary>
    [Test]
    public void The_object_of_an_operator_that_decrypts_it_stays_encrypted() => OwnObjects.With(
            "{apiVersion: isindir.github.com/v1alpha3, kind: SopsSecret, metadata: {name: own, namespace: kube-system}, "
                + "spec: {secretTemplates: [{name: a, stringData: {password: 'ENC[AES256_GCM,data:x]'}}]}, " + Sops)
        .Said(Rule).ShouldBeEmpty();

    [TestCase("disabled", 0)]
    [TestCase("Disabled", 0)]
    [TestCase("enabled", 1)]
    public void So_does_one_that_its_annotation_leaves_to_another(string decrypt, int findings) => OwnObjects.With(
            "{apiVersion: v1, kind: Secret, metadata: {name: own, namespace: kube-system, annotations: "
                + $"{{kustomize.toolkit.fluxcd.io/decrypt: {decrypt}}}}}, stringData: {{a: 'ENC[AES256_GCM,data:x]'}}, {Sops}")
        .Said(Rule).Length.ShouldBe(findings);
}
