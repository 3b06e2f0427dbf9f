namespace PlatformGitOps.Acceptance.Delivery;

/// <summary>
/// The Secrets that the definition names and users create, from the file in the setting "secrets". Clusters that the suite creates do not
/// have them, and Flux could not fetch or decrypt.
/// </summary>
public static class UserSecrets
{
    /// <summary>The Secrets in the setting's file; empty without the setting.</summary>
    /// <exception cref="SettingException">The file is missing or has other objects; the message contains no secret values.</exception>
    public static IReadOnlyList<Resource> OfTheSetting()
    {
        if (SuiteSettings.Current.Secrets is not { } setting)
        {
            return [];
        }

        var file = Path.GetFullPath(setting, Repository.Root);
        return File.Exists(file) ? Read(file, File.ReadAllText(file)) : throw new SettingException("secrets", file, "a file that exists");
    }

    /// <exception cref="SettingException">The file has other objects than Secrets with a namespace; the message contains no
    /// values.</exception>
    public static IReadOnlyList<Resource> Read(string file, string text)
    {
        IReadOnlyList<Resource> resources;
        try
        {
            resources = YamlDocuments.Resources(text);
        }
        catch (FormatException)
        {
            // The parser's message may quote the file.
            throw new SettingException("secrets", file, "a file of Secrets as YAML; this one cannot be read as YAML");
        }

        foreach (var resource in resources)
        {
            if (!resource.Is(ResourceKind.Secret) || resource.Namespace is null)
            {
                throw new SettingException(
                    "secrets", file, $"a file of Secrets alone, each with its namespace; it has a {resource.Kind} {resource.Name}");
            }

            // The API server would quote a refused value.
            var other = new[] { "data", "stringData" }.SelectMany(field => resource.Part(field)?.Document ?? [])
                .FirstOrDefault(entry => entry.Value?.GetValueKind() != JsonValueKind.String).Key;
            if (other is not null)
            {
                throw new SettingException(
                    "secrets", file, $"a file of Secrets whose values are text; write '{other}' of {resource.Name} in quotes");
            }
        }

        return resources;
    }

    /// <summary>Copies of the pods' pull Secrets, in the namespace of the suite's own servers.</summary>
    public static IReadOnlyList<Resource> ForTheSuite(IReadOnlyList<Resource> secrets, WorkloadSettings workloads) =>
    [
        .. secrets.Where(secret => secret.Namespace == "kube-system" && workloads.PullSecrets.Any(name => name.Text == secret.Name))
            .Select(secret =>
            {
                var copy = secret.Copy();
                copy.At("metadata")!["namespace"] = UpstreamDns.Namespace;
                return copy;
            }),
    ];

    /// <summary>Creates the Secrets and their namespaces.</summary>
    public static async Task Create(IReadOnlyList<Resource> secrets, KubernetesApi api, CancellationToken cancellationToken)
    {
        foreach (var name in secrets.Select(secret => secret.Namespace!).Distinct())
        {
            await api.ApplyNamespace(name, cancellationToken);
        }

        foreach (var secret in secrets)
        {
            await api.Apply(ResourceKind.Secret, secret, cancellationToken);
        }
    }
}

public sealed class UserSecretsTests
{
    private const string Secret =
        "apiVersion: v1\nkind: Secret\nmetadata: { name: registry, namespace: kube-system }\nstringData: { password: word }\n";

    [Test]
    public void Secrets_are_accepted() => UserSecrets.Read("secrets.yaml", Secret).ShouldHaveSingleItem().Name.ShouldBe("registry");

    [Test]
    public void The_suites_own_servers_pull_with_the_pull_secrets_of_the_cluster()
    {
        var workloads = WorkloadSettings.Default with
        {
            ImageRegistry = "registry.example.com/mirror",
            PullSecrets = [DomainName.Parse("registry")],
        };
        var given = UserSecrets.Read("secrets.yaml", $"{Secret}---\n{Secret.Replace("registry", "proxy")}");
        var copy = UserSecrets.ForTheSuite(given, workloads).ShouldHaveSingleItem();
        (copy.Name, copy.Namespace).ShouldBe(("registry", UpstreamDns.Namespace));
        given[0].Namespace.ShouldBe("kube-system", "the cluster's own stays");

        var server = UpstreamDns.Server(["10.71.0.53"], workloads).Manifests().Single(resource => resource.Kind == "Deployment");
        server.Text("spec.template.spec.containers[0].image").ShouldNotBeNull()
            .ShouldStartWith("registry.example.com/mirror/coredns/coredns:");
        server.Text("spec.template.spec.imagePullSecrets[0].name").ShouldBe("registry");
    }

    [TestCase("apiVersion: v1\nkind: Secret\nmetadata: { name: pin, namespace: shop }\nstringData: { code: 482913 }\n", "'code' of pin")]
    [TestCase("apiVersion: v1\nkind: Secret\nstringData: { code: *482913 }\n", "cannot be read as YAML")]
    [TestCase("apiVersion: v1\nkind: ConfigMap\nmetadata: { name: other, namespace: shop }\n", "a ConfigMap other")]
    [TestCase("apiVersion: v1\nkind: Secret\nmetadata: { name: nowhere }\nstringData: { password: word }\n", "a Secret nowhere")]
    public void Other_objects_are_refused_without_their_values(string text, string what)
    {
        var message = Should.Throw<SettingException>(() => UserSecrets.Read("secrets.yaml", $"{Secret}---\n{text}")).Message;

        message.ShouldContain("secrets.yaml");
        message.ShouldContain(what);
        message.ShouldNotContain("word");
        message.ShouldNotContain("482913");
    }
}
