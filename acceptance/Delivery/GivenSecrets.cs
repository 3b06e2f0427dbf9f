using PlatformGitOps.Acceptance.Clusters;
using PlatformGitOps.Acceptance.Resources;
using PlatformGitOps.Acceptance.Settings;

namespace PlatformGitOps.Acceptance.Delivery;

/// <summary>
/// The Secrets that the definition names and whose owner creates them, from the file of the setting secrets. A cluster that the suite makes
/// has none of them, and Flux fetches and decrypts nothing without.
/// </summary>
public static class GivenSecrets
{
    /// <exception cref="SettingException">The file has something else than Secrets with a namespace; the message has no value.</exception>
    public static IReadOnlyList<Resource> Read(string file, string text)
    {
        var resources = YamlDocuments.Resources(text);
        return resources.FirstOrDefault(resource => !resource.Is(ResourceKind.Secret) || resource.Namespace is null) is { } other
            ? throw new SettingException(
                "secrets", file, $"a file of Secrets alone, each with its namespace; it has a {other.Kind} {other.Name}")
            : resources;
    }

    /// <summary>Creates the Secrets, and the namespaces that they are in.</summary>
    public static async Task Bring(string file, KubernetesApi api, CancellationToken cancellationToken)
    {
        var secrets = Read(file, await File.ReadAllTextAsync(file, cancellationToken));
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

public sealed class GivenSecretsTests
{
    private const string Secret =
        "apiVersion: v1\nkind: Secret\nmetadata: { name: registry, namespace: kube-system }\nstringData: { password: word }\n";

    [Test]
    public void Secrets_are_taken() =>
        GivenSecrets.Read("secrets.yaml", Secret).ShouldHaveSingleItem().Name.ShouldBe("registry");

    [TestCase("apiVersion: v1\nkind: ConfigMap\nmetadata: { name: other, namespace: shop }\n", "a ConfigMap other")]
    [TestCase("apiVersion: v1\nkind: Secret\nmetadata: { name: nowhere }\nstringData: { password: word }\n", "a Secret nowhere")]
    public void What_is_something_else_is_refused_without_its_values(string text, string what)
    {
        var message = Should.Throw<SettingException>(() => GivenSecrets.Read("secrets.yaml", $"{Secret}---\n{text}")).Message;

        message.ShouldContain("secrets.yaml");
        message.ShouldContain(what);
        message.ShouldNotContain("word");
    }
}
