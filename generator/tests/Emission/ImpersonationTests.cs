namespace PlatformGitOps.Generator.Tests.Emission;

/// <summary>With <c>flux.serviceAccountName</c> Flux can deliver the whole tree, and grants no role of another tenant.</summary>
public class ImpersonationTests
{
    private const string Account = "platform";

    private static IEnumerable<string> Definitions() =>
        Directory.GetFiles(RepositoryRoot.File("acceptance", "fixtures", "definitions"), "*.yaml").Select(Path.GetFileName).OfType<string>()
            .Order(StringComparer.Ordinal);

    [TestCaseSource(nameof(Definitions))]
    public void The_account_may_deliver_every_object_of_the_tree(string definition)
    {
        var path = RepositoryRoot.File("acceptance", "fixtures", "definitions", definition);
        var platform = ((PlatformReading.Valid)PlatformFile.Read(path)).Platform;
        Manifest[] tree = [.. Objects(platform with { Clusters = [.. platform.Clusters.Select(Impersonated)] })];
        Manifest[] roles = [.. tree.Where(item => item.Name == "platform-gitops")];
        // A cluster's own folder has Flux's objects and the account.
        var delivered = tree.Except(roles)
            .Where(item => !item.File.StartsWith("kubernetes/clusters/", StringComparison.Ordinal)).ToList();

        foreach (var item in delivered.Where(item => item.Kind is "ClusterRole" or "Role"))
        {
            Rules(roles).Where(rule => Texts(rule, "verbs").Contains("escalate")).SelectMany(rule => Texts(rule, "resourceNames"))
                .ShouldContain(item.Name, item.File);
        }

        var everywhere = Rules([.. roles.Where(role => role.Kind == "ClusterRole")]).SelectMany(rule => Texts(rule, "resources")).ToList();
        foreach (var item in delivered.Where(item => Manifest.HasNoNamespace(item.Kind) || item.Namespace == "shop"))
        {
            everywhere.ShouldContain(Plural(item.Kind), $"{item.File}: {item.Kind} {item.Name}");
        }

        var places = roles.Where(role => role.Kind == "Role").Select(role => role.Namespace).ToList();
        places.ShouldBeSubsetOf([Layout.FluxNamespace, "kube-system"], "a namespace that may not be there would hold up all else");
        var named = Rules(roles).SelectMany(rule => Texts(rule, "resourceNames")).ToList();
        foreach (var item in delivered.Where(item => !Manifest.HasNoNamespace(item.Kind) && item.Namespace is not ("" or "shop")))
        {
            (places.Contains(item.Namespace) || (everywhere.Contains(Plural(item.Kind)) && named.Contains(item.Name)))
                .ShouldBeTrue($"{item.File}: {item.Kind} {item.Name} in {item.Namespace}");
        }
    }

    private static Cluster Impersonated(Cluster cluster) =>
        cluster with { Flux = cluster.Flux with { ServiceAccount = DnsLabel.Parse(Account) } };

    private static IEnumerable<Manifest> Objects(Platform platform) =>
        from file in Tree.Build(platform)
        where file.Path.EndsWith(".yaml", StringComparison.Ordinal) && file.Path.StartsWith("kubernetes/", StringComparison.Ordinal)
            && !file.Path.EndsWith("kustomization.yaml", StringComparison.Ordinal)
        from document in YamlReader.Read(file.Path, file.Text, YamlOptions.Tree).Documents
        where document is Mapping mapping && mapping.TextAt("kind") is not null
        select new Manifest((Mapping)document, file.Path);

    private static IEnumerable<Mapping> Rules(IEnumerable<Manifest> roles) => roles.SelectMany(role => role.Body.MappingsAt("rules"));

    private static ImmutableArray<string> Texts(Mapping rule, string key) =>
        [.. ((rule.At(key) as Sequence)?.Items ?? []).OfType<Scalar>().Select(item => item.Value)];

    private static string Plural(string kind) => kind.EndsWith('y') ? $"{kind[..^1].ToLowerInvariant()}ies" : $"{kind.ToLowerInvariant()}s";
}
