namespace PlatformGitOps.Acceptance.Criteria.ExternalDns;

[Platform("Linux", Reason = "the commands are a control plane's")]
public sealed class SecretsInEtcdTests
{
    private const string Manifest = """
        spec:
          containers:
          - command:
            - kube-apiserver
            - --secure-port=6443

        """;

    private readonly string folder = RunSession.NewFolder("kubernetes");

    [TearDown]
    public void Delete() => Directory.Delete(folder, recursive: true);

    [Test]
    [CancelAfter(30_000)]
    public async Task The_commands_may_be_run_again_and_on_another_node(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.Combine(folder, "pki"));
        Directory.CreateDirectory(Path.Combine(folder, "manifests"));
        var (key, manifest) = (Path.Combine(folder, "pki/encryption.yaml"), Path.Combine(folder, "manifests/kube-apiserver.yaml"));
        await File.WriteAllTextAsync(manifest, Manifest, cancellationToken);

        await Run(cancellationToken);
        var made = await File.ReadAllTextAsync(key, cancellationToken);
        var changed = await File.ReadAllTextAsync(manifest, cancellationToken);
        await Run(cancellationToken);

        made.ShouldContain("secretbox");
        (await File.ReadAllTextAsync(key, cancellationToken)).ShouldBe(made, "every Secret is lost with its key");
        File.GetUnixFileMode(key).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        changed.ShouldBe(Manifest.Replace("- kube-apiserver\n",
            "- kube-apiserver\n    - --encryption-provider-config=/etc/kubernetes/pki/encryption.yaml\n"));
        (await File.ReadAllTextAsync(manifest, cancellationToken)).ShouldBe(changed, "the argument is there twice");
        Directory.GetFiles(folder).ShouldBeEmpty();

        // As kubeadm writes it at an upgrade.
        await File.WriteAllTextAsync(manifest, Manifest, cancellationToken);
        await Run(cancellationToken);

        (await File.ReadAllTextAsync(key, cancellationToken)).ShouldBe(made);
        (await File.ReadAllTextAsync(manifest, cancellationToken)).ShouldBe(changed);
    }

    private async Task Run(CancellationToken cancellationToken)
    {
        const string There = "cd /etc/kubernetes\n";
        var commands = SecretsInEtcd.Commands().OnNode;
        commands.ShouldStartWith(There);
        var result = await LocalProgram.Run(
            "bash", ["-e", "-u", "-c", commands.Replace(There, $"cd {folder}\n")], cancellationToken);
        result.ExitCode.ShouldBe(0, result.StandardError);
    }
}
