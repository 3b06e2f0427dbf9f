using static PlatformGitOps.Acceptance.Criteria.Substrate.HostAssertions;
using static PlatformGitOps.Acceptance.Criteria.Substrate.HostSabotage;
using static PlatformGitOps.Acceptance.Criteria.Substrate.KubernetesParts;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

/// <summary>The encryption of Secrets in etcd.</summary>
[ChecksOf(typeof(SubstrateCriterion))]
[Check("Substrate.29", "Secrets are encrypted in etcd, with a key that is made on the host and nobody else reads",
    "no byte of a Secret in etcd's answer and files", Needs = Feature.Substrate)]
public static class EncryptedSecrets
{
    internal static IReadOnlyList<HostSabotage> HostSabotages =>
    [
        Of("an API server without the key", "Substrate.29", "can be read in etcd", "units/kube-apiserver.service",
            "  --encryption-provider-config=/var/lib/kubernetes/pki/encryption.yaml \\\n", ""),
        .. In("Substrate.29", $"scripts/{Certs}",
            ("plain text first", "can be read in etcd", "    providers:\n", "    providers:\n      - identity: {}\n"),
            ("a key for Secrets that others read", "others read",
                "same \"$pki/encryption.yaml\" \"$own/encryption.yaml\" 600", "same \"$pki/encryption.yaml\" \"$own/encryption.yaml\" 644"),
            ("a key for each control plane", "makes a key of its own", "|| [ \"${control_planes#* }\" = \"$control_planes\" ]", "|| true")),
    ];

    [HostCheck("Substrate.29", "a Secret of a real API server, in etcdctl's answer and in every file of etcd; a ConfigMap beside it")]
    public static async Task EncryptsSecrets(KubernetesHosts hosts, CancellationToken cancellationToken)
    {
        await hosts.StartControlPlane(cancellationToken);
        var (secret, plain) = (Word(), Word());
        foreach (var (kind, key, value) in new[] { ("secrets", "stringData", secret), ("configmaps", "data", plain) })
        {
            (await hosts.Ask(hosts.Own("admin"), $"/api/v1/namespaces/default/{kind}", cancellationToken, "-H",
                "Content-Type: application/json", "-d",
                $$$"""{"metadata": {"name": "acceptance"}, "{{{key}}}": {"word": "{{{value}}}"} }"""))
                .Status.ShouldBe("201", kind);
        }

        (await hosts.Ask(hosts.Own("admin"), "/api/v1/namespaces/default/secrets/acceptance", cancellationToken)).Body
            .ShouldContain(Convert.ToBase64String(Encoding.ASCII.GetBytes(secret)), customMessage: "the API server does not read it");
        var stored = (await hosts.Etcdctl(hosts.Tls("etcd-client"), cancellationToken, "get", "/registry/secrets/default/acceptance",
            "--print-value-only")).StandardOutput;
        stored.ShouldNotContain(secret, customMessage: "the Secret can be read in etcd");
        stored.ShouldStartWith("k8s:enc:secretbox:v1:key1:");

        // The ConfigMap shows that the search works.
        async Task<int> IsThere(string word) => (await LocalProgram.Run("grep",
            ["-rqaF", word, hosts.In(Store, "/var/lib/globular/etcd")], cancellationToken)).ExitCode;
        (await IsThere(plain)).ShouldBe(0, "the files of etcd were not read");
        (await IsThere(secret)).ShouldBe(1, "the Secret can be read in the files of etcd");

        File.GetUnixFileMode(hosts.Own("encryption.yaml")).ShouldBe(Own, "others read the key for Secrets");
        File.GetUnixFileMode(hosts.Pki("encryption.yaml")).ShouldBe(Own, "others read the key for Secrets");
        (await File.ReadAllTextAsync(hosts.Own("encryption.yaml"), cancellationToken))
            .ShouldBe(await File.ReadAllTextAsync(hosts.Pki("encryption.yaml"), cancellationToken), "the CAs' bundle brought another key");

        // The next run keeps it; no key is created if another control plane may have one.
        var key1 = await File.ReadAllTextAsync(hosts.Own("encryption.yaml"), cancellationToken);
        await hosts.Succeeds(Certs, Front, cancellationToken, "--all");
        (await File.ReadAllTextAsync(hosts.Own("encryption.yaml"), cancellationToken)).ShouldBe(key1, "Secrets are lost with their key");
        await hosts.Set("control_planes", $"{Front}={hosts.Address(Front)} cp-2=192.0.2.2", cancellationToken);
        File.Delete(hosts.In(Front, "/var/lib/globular/pki/encryption.yaml"));
        var renewal = await hosts.Script(Certs, Front, cancellationToken, "--name", "admin");
        File.Exists(hosts.In(Front, "/var/lib/globular/pki/encryption.yaml")).ShouldBeFalse("a control plane makes a key of its own");
        renewal.StandardOutput.ShouldContain("the key for Secrets", customMessage: "the missing key is not named");
        renewal.StandardOutput.ShouldContain($"made {hosts.Own("admin.crt")}", customMessage: "without the key nothing is renewed");
        renewal.ExitCode.ShouldBe(1, "the timer's service does not fail without the key");
        (await hosts.Script("k8s-install.sh", Front, cancellationToken)).ExitCode.ShouldNotBe(0, "it installs without the key");
    }

    private static string Word() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
}
