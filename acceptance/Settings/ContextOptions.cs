namespace PlatformGitOps.Acceptance.Settings;

/// <summary>The tool's option <c>--context cluster=context</c>.</summary>
public static class ContextOptions
{
    /// <param name="pairs">Each is <c>cluster=context</c>.</param>
    /// <param name="clusters">The names of the definition's clusters.</param>
    /// <returns>The context of each named cluster.</returns>
    /// <exception cref="SettingException">One of them cannot be used.</exception>
    public static IReadOnlyDictionary<string, string> Read(IEnumerable<string> pairs, IReadOnlyList<string> clusters)
    {
        var contexts = new Dictionary<string, string>();
        foreach (var pair in pairs)
        {
            if (pair.Split('=', 2) is not [{ Length: > 0 } cluster, { Length: > 0 } context])
            {
                throw new SettingException($"--context is '{pair}'. Write <cluster>=<context>, for example infra=my-cluster.");
            }

            if (!clusters.Contains(cluster))
            {
                throw new SettingException($"--context {pair}: the definition has no cluster '{cluster}'. "
                    + UnknownSettings.Advice(cluster, clusters));
            }

            if (!contexts.TryAdd(cluster, context))
            {
                throw new SettingException($"--context has the cluster '{cluster}' twice. Keep the one that is meant.");
            }
        }

        return contexts;
    }
}

public sealed class ContextOptionsTests
{
    private static readonly string[] Clusters = ["infra", "apps"];

    [Test]
    public void Each_cluster_has_its_context() =>
        ContextOptions.Read(["infra=prod", "apps=arn:aws:eks/a=b"], Clusters)
            .ShouldBe(new Dictionary<string, string> { ["infra"] = "prod", ["apps"] = "arn:aws:eks/a=b" });

    [TestCase("--context infar=prod: the definition has no cluster 'infar'. Did you mean 'infra'?", "apps=a", "infar=prod")]
    [TestCase("--context edge=prod: the definition has no cluster 'edge'. Known here: infra, apps.", "edge=prod")]
    [TestCase("--context has the cluster 'infra' twice. Keep the one that is meant.", "infra=a", "infra=b")]
    [TestCase("--context is 'infra'. Write <cluster>=<context>, for example infra=my-cluster.", "infra")]
    public void What_names_no_cluster_is_refused(string message, params string[] pairs) =>
        Should.Throw<SettingException>(() => ContextOptions.Read(pairs, Clusters)).Message.ShouldBe(message);
}
