using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using k8s.Exceptions;

namespace PlatformGitOps.Acceptance.Clusters;

/// <summary>What is refused of a kubeconfig because KubernetesClient reads it otherwise than kubectl.</summary>
[Category("static")]
public sealed class KubeConfigGuardTests
{
    [TestCase("", "token: t", "one")]
    [TestCase("tls-server-name: api.example.com", "{exec: {apiVersion: v1, command: x, args: [--a=b], provideClusterInfo: false}}", "one")]
    public void A_plain_context_is_taken(string cluster, string user, string name) =>
        Should.NotThrow(() => Check(cluster, user, name, ""));

    [TestCase("", "as: admin", "one", "", "impersonates (as)")]
    [TestCase("", "as-groups: [system:masters]", "one", "", "impersonates (as-groups)")]
    [TestCase("", "as-uid: '1'", "one", "", "impersonates (as-uid)")]
    [TestCase("", "as-user-extra: {a: [b]}", "one", "", "impersonates (as-user-extra)")]
    [TestCase("", "exec: {command: x, provideClusterInfo: true}", "one", "", "provideClusterInfo")]
    [TestCase("", "exec: {command: x, args: [a b]}", "one", "", "exec.args")]
    [TestCase("proxy-url: http://proxy.example.com", "token: t", "one", "", "proxy-url")]
    [TestCase("certificate-authority-data: aGVsbG8=", "token: t", "one", "", "holds no certificate")]
    [TestCase("certificate-authority-data: '!'", "token: t", "one", "", "holds no certificate")]
    [TestCase("certificate-authority: missing.pem", "token: t", "one", "", "holds no certificate")]
    [TestCase("", "token: t", "two", "", "has no 'two' under contexts")]
    [TestCase("", "token: t", "ONE", "", "has 'one' under contexts, not 'ONE'")]
    [TestCase("", "token: t", "one", "- {name: One, context: {cluster: c, user: u}}", "has 2 entries under contexts")]
    [TestCase("", "token: [t", "one", "", "cannot be read as YAML")]
    public void What_would_reach_another_server_or_have_other_rights_is_refused(
        string cluster, string user, string name, string context, string says)
    {
        var message = Should.Throw<KubeConfigException>(() => Check(cluster, user, name, context)).Message;

        message.ShouldContain(says);
        message.ShouldNotContain("token: [t");
    }

    [Test]
    public void A_certificate_in_the_authority_data_is_taken()
    {
        using var key = ECDsa.Create();
        using var certificate = new CertificateRequest("CN=ca", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(1));
        var data = Convert.ToBase64String(Encoding.UTF8.GetBytes(certificate.ExportCertificatePem()));

        Should.NotThrow(() => Check($"certificate-authority-data: {data}", "token: t", "one", ""));
    }

    private static void Check(string cluster, string user, string name, string context)
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, $$$"""
                apiVersion: v1
                kind: Config
                clusters:
                  - name: c
                    cluster:
                      server: https://127.0.0.1:6443
                      {{{cluster}}}
                users:
                  - name: u
                    user: {{{(user.StartsWith('{') ? user : $"\n      {user}")}}}
                contexts:
                  - {name: one, context: {cluster: c, user: u}}
                  {{{context}}}
                """);
            KubeConfigGuard.Check(new KubeContext(file, name));
        }
        finally
        {
            File.Delete(file);
        }
    }
}
