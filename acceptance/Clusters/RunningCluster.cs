namespace PlatformGitOps.Acceptance.Clusters;

/// <param name="Name">The cluster's name, possibly with a prefix; <see cref="ClusterShape.Role"/> is its name in the definition.</param>
/// <param name="Made">True if this run created the cluster, and so removes it.</param>
public sealed record RunningCluster(string Name, ClusterShape Shape, KubeContext Context, ClusterCapabilities Capabilities, bool Made);

/// <summary>A kubeconfig file and a context in it.</summary>
public sealed record KubeContext(string ConfigFile, string Name)
{
    /// <summary>
    /// A kubeconfig of the run with this context alone, which is its current one, for commands that name none. The file itself may be the
    /// user's: another current context there would send the user's next command to this cluster.
    /// </summary>
    public async Task<string> Alone(CancellationToken cancellationToken)
    {
        var shown = await Cli.Wrap("kubectl")
            .WithArguments(["config", "view", "--raw", "--flatten", "--minify", "--context", Name, "--kubeconfig", ConfigFile])
            .ExecuteBufferedAsync(cancellationToken);
        var file = Path.Combine(RunSession.NewFolder("kubeconfig"), "config");
        await File.WriteAllTextAsync(file, shown.StandardOutput, cancellationToken);
        return file;
    }
}

/// <summary>The properties of the definition that a test cluster needs.</summary>
/// <param name="Role">The cluster's name in the definition.</param>
/// <param name="PodRange">The range for kind and k3s; with two families, both ranges and a comma between them.</param>
/// <param name="ServiceRange">The same for Services.</param>
public sealed record ClusterShape(string Role, string PodRange, string ServiceRange, string DnsAddress, string Domain)
{
    public KubeProxyMode KubeProxy { get; init; }

    /// <summary>The DNS address that kubelets give to pods, if it is not the Service's.</summary>
    public string? CacheAddress { get; init; }

    /// <summary>True if the cluster needs pod metrics for an autoscaler; k3s has them built in.</summary>
    public bool PodMetrics { get; init; }

    /// <summary>The DNS address that kubelets give to pods.</summary>
    public string PodDns => CacheAddress ?? DnsAddress;

    /// <summary><c>ipv4</c>, <c>ipv6</c> or <c>dual</c>.</summary>
    public string Families =>
        PodRange.Contains(',') ? "dual" : PodRange.Contains(':') ? "ipv6" : "ipv4";
}

public sealed class KubeContextTests
{
    [Test]
    public async Task Commands_have_a_current_context_and_the_file_of_the_user_stays_as_it_is()
    {
        var token = TestContext.CurrentContext.CancellationToken;
        await Require.Program("kubectl", token);
        await using var server = new TestApiServer();
        await server.Start(token);
        var before = await File.ReadAllTextAsync(server.Context.ConfigFile, token);

        var file = await server.Context.Alone(token);

        (await Cli.Wrap("kubectl").WithArguments(["config", "current-context", "--kubeconfig", file]).ExecuteBufferedAsync(token))
            .StandardOutput.Trim().ShouldBe(server.Context.Name);
        (await File.ReadAllTextAsync(server.Context.ConfigFile, token)).ShouldBe(before);
        KubernetesApi.Connect(server.Context with { ConfigFile = file }).Dispose();
    }

    [Test]
    public void No_command_of_the_suite_changes_the_current_context() =>
        Directory.GetFiles(Path.Combine(Repository.Root, "acceptance"), "*.cs", SearchOption.AllDirectories)
            .Where(file => File.ReadAllText(file).Contains("\"use-" + "context\"")).ShouldBeEmpty();
}
