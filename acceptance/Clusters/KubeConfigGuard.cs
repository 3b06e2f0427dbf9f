using System.Security.Cryptography.X509Certificates;
using k8s.Exceptions;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Acceptance.Clusters;

/// <summary>
/// Refuses a kubeconfig that KubernetesClient (21.0.8) reads differently from kubectl, so that requests would reach another server or have
/// other rights; docs/acceptance.md lists the keys.
/// </summary>
internal static class KubeConfigGuard
{
    /// <summary>The kubeconfig that has the context: of the variable KUBECONFIG, which can list several, or the user's own.</summary>
    /// <exception cref="KubeConfigException">No such file exists.</exception>
    public static string FileWith(string context, string? variable, string home)
    {
        string[] listed = variable is { Length: > 0 } ? variable.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            : [Path.Combine(home, ".kube", "config")];
        var files = listed.Where(File.Exists).ToArray();
        // Without a file that has it, Check says what the first one lacks.
        return files.FirstOrDefault(file => Read(file).MappingsAt("contexts").Any(entry => entry.TextAt("name") == context))
            ?? files.FirstOrDefault()
            ?? throw new KubeConfigException(
                $"{string.Join(" and ", listed)}: no such file. Name the kubeconfig with context '{context}' in KUBECONFIG.");
    }

    /// <exception cref="KubeConfigException">The context cannot be used; the message contains no credentials.</exception>
    public static void Check(KubeContext context)
    {
        var (file, name) = (context.ConfigFile, context.Name);
        var root = Read(file);
        var details = Only(root, "contexts", name, file)["context"] as Mapping ?? [];
        if (details.TextAt("cluster") is { Length: > 0 } cluster)
        {
            CheckCluster(Only(root, "clusters", cluster, file)["cluster"] as Mapping ?? [], $"{file}: cluster '{cluster}'", file);
        }

        if (details.TextAt("user") is { Length: > 0 } user)
        {
            CheckUser(Only(root, "users", user, file)["user"] as Mapping ?? [], $"{file}: user '{user}'");
        }
    }

    private static Mapping Read(string file)
    {
        var read = YamlReader.Read(file, File.ReadAllBytes(file), YamlOptions.Tree);
        // The reader's message may quote the line of a token.
        return read.Findings.IsEmpty && read.Documents is [Mapping root, ..] ? root
            : throw new KubeConfigException($"{file} is not a kubeconfig: it cannot be read as YAML"
                + (read.Findings.IsEmpty ? "." : $" at {read.Findings[0].Position}."));
    }

    /// <summary>
    /// KubernetesClient ignores case in names and takes the first match; kubectl compares exactly, and refuses duplicates.
    /// </summary>
    private static Mapping Only(Mapping root, string list, string name, string file)
    {
        var found = root.MappingsAt(list)
            .Where(entry => string.Equals(entry.TextAt("name"), name, StringComparison.OrdinalIgnoreCase)).ToArray();
        return found switch
        {
            [var only] when only.TextAt("name") == name => only,
            [] => throw new KubeConfigException($"{file} has no '{name}' under {list}. Name one that it has."),
            [var other] => throw new KubeConfigException(
                $"{file} has '{other.TextAt("name")}' under {list}, not '{name}'. Write the name as it is there."),
            _ => throw new KubeConfigException($"{file} has {found.Length} entries under {list} whose name is '{name}' but for its case, "
                + "so that it is not clear which is meant. Rename all but one."),
        };
    }

    private static void CheckCluster(Mapping cluster, string spoken, string file)
    {
        if (cluster.TextAt("proxy-url") is { Length: > 0 })
        {
            throw new KubeConfigException(
                $"{spoken} has a proxy-url, which KubernetesClient ignores. Set HTTPS_PROXY, and take the key out.");
        }

        var (data, path) = (cluster.TextAt("certificate-authority-data"), cluster.TextAt("certificate-authority"));
        if (data is { Length: > 0 } && !HasCertificate(() => Encoding.UTF8.GetString(Convert.FromBase64String(data))))
        {
            throw new KubeConfigException($"{spoken}: certificate-authority-data holds no certificate, and the server would be trusted "
                + "by the machine's own authorities. Write the cluster's CA, base64 of PEM.");
        }

        if (data is not { Length: > 0 } && path is { Length: > 0 } && !HasCertificate(() =>
            File.ReadAllText(Path.GetFullPath(path, Path.GetDirectoryName(Path.GetFullPath(file)) ?? "/"))))
        {
            throw new KubeConfigException($"{spoken}: certificate-authority {path} holds no certificate that can be read. Name a PEM file "
                + "with the cluster's CA.");
        }
    }

    private static void CheckUser(Mapping user, string spoken)
    {
        if (user.Entries.FirstOrDefault(entry => entry.Key is "as" or "as-uid" or "as-groups" or "as-user-extra") is { } impersonation)
        {
            throw new KubeConfigException($"{spoken} impersonates ({impersonation.Key}), which KubernetesClient ignores: requests would "
                + "run with the user's own rights. Use a context whose user has the rights itself.");
        }

        if (user.TextAt("exec", "provideClusterInfo") is { } provides && PlainScalars.Canonical(provides) == "true")
        {
            throw new KubeConfigException($"{spoken}: exec.provideClusterInfo is not supported by KubernetesClient: the plugin would not "
                + "learn which cluster it is asked for. Use a user with a token or a client certificate.");
        }

        if (user.ItemsAt("exec", "args").OfType<Scalar>().Any(argument => argument.Value.Length == 0
            || argument.Value.Any(sign => char.IsWhiteSpace(sign) || sign is '"' or '\\')))
        {
            throw new KubeConfigException($"{spoken}: an argument in exec.args is empty or has a blank, a quote or a backslash, and "
                + "KubernetesClient joins the arguments to one line without quotes. Wrap the command in a script.");
        }
    }

    private static bool HasCertificate(Func<string> pem)
    {
        try
        {
            var certificates = new X509Certificate2Collection();
            certificates.ImportFromPem(pem());
            return certificates.Count > 0;
        }
        catch (Exception exception) when (exception is FormatException or CryptographicException or IOException
            or UnauthorizedAccessException)
        {
            return false;
        }
    }
}

/// <summary>Kubeconfigs that are refused because KubernetesClient reads them differently from kubectl.</summary>
[Category("static")]
public sealed class KubeConfigGuardTests
{
    [TestCase("", "token: t", "one")]
    [TestCase("tls-server-name: api.example.com", "{exec: {apiVersion: v1, command: x, args: [--a=b], provideClusterInfo: false}}", "one")]
    public void A_plain_context_is_accepted(string cluster, string user, string name) =>
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
    public void A_context_with_another_server_or_other_rights_is_refused(
        string cluster, string user, string name, string context, string says)
    {
        var message = Should.Throw<KubeConfigException>(() => Check(cluster, user, name, context)).Message;

        message.ShouldContain(says);
        message.ShouldNotContain("token: [t");
    }

    [Test]
    public void A_certificate_in_the_authority_data_is_accepted()
    {
        using var key = ECDsa.Create();
        using var certificate = new CertificateRequest("CN=ca", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(1));
        var data = Convert.ToBase64String(Encoding.UTF8.GetBytes(certificate.ExportCertificatePem()));

        Should.NotThrow(() => Check($"certificate-authority-data: {data}", "token: t", "one", ""));
    }

    [Test]
    public void The_context_is_looked_for_in_every_file_of_the_variable()
    {
        var folder = Directory.CreateTempSubdirectory("kubeconfigs-").FullName;
        try
        {
            string[] files = [Path.Combine(folder, "missing"), Path.Combine(folder, "one"), Path.Combine(folder, "two")];
            File.WriteAllText(files[1], "contexts: [{ name: one }]");
            File.WriteAllText(files[2], "contexts: [{ name: two }]");
            var variable = string.Join(Path.PathSeparator, files);

            KubeConfigGuard.FileWith("two", variable, folder).ShouldBe(files[2]);
            KubeConfigGuard.FileWith("three", variable, folder).ShouldBe(files[1]);
            Should.Throw<KubeConfigException>(() => KubeConfigGuard.FileWith("one", null, folder)).Message.ShouldBe(
                $"{Path.Combine(folder, ".kube", "config")}: no such file. Name the kubeconfig with context 'one' in KUBECONFIG.");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
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
