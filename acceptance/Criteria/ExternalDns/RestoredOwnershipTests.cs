namespace PlatformGitOps.Acceptance.Criteria.ExternalDns;

/// <summary>
/// The order of steps in docs/backup.md with the real External-DNS, kubectl, API servers and Knot: a cluster with records in the zone is
/// lost while External-DNS does not run, and an empty one replaces it. Skipped without one of the programs.
/// </summary>
[Category("ExternalDns")]
[NonParallelizable]
internal sealed class RestoredOwnershipTests
{
    private const string Address = "10.96.0.10";
    private const string Namespace = "shop";
    private const string DryRun = "policy: sync, dryRun: true";
    private const string Sync = "policy: sync";

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(50);

    /// <summary>The records that the cluster owns, with their ownership records.</summary>
    private static readonly (string Name, RecordType Type)[] Owned =
    [
        ("one", RecordType.A), ("a-one", RecordType.TXT), ("two", RecordType.A), ("a-two", RecordType.TXT),
        ("alias", RecordType.CNAME), ("cname-alias", RecordType.TXT),
    ];

    private readonly Dictionary<string, string> programs = [];
    private string folder = null!;
    private ZoneServer server = null!;

    private string Backup => Path.Combine(folder, "dns-backup");

    private string BackedUpZone => File.ReadAllText(Path.Combine(Backup, "zones", "own", $"{ZoneServer.Zone}.zone"));

    [OneTimeSetUp]
    public void FindThePrograms()
    {
        foreach (var program in new[] { "external-dns", "etcd", "kube-apiserver", "knotd", "kdig", "kubectl" })
        {
            programs[program] = LocalProgram.Need(program);
        }
    }

    [SetUp]
    public async Task StartTheServer()
    {
        folder = RunSession.NewFolder("restored");
        server = ZoneServer.Of("Knot");
        await server.Start(programs["knotd"], CancellationToken.None);
        await File.WriteAllTextAsync(Path.Combine(folder, "secret"), server.Secret + "\n");
    }

    [TearDown]
    public void StopTheServer()
    {
        server.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Test]
    [CancelAfter(300_000)]
    public async Task In_the_order_of_the_page_no_record_is_deleted_and_ownership_holds(CancellationToken token)
    {
        var serial = await BackUpAndLoseTheCluster(token);
        var zone = BackedUpZone;
        using var emptied = await Started(token);
        await Looked(async () =>
        {
            var started = TimeProvider.System.GetTimestamp();
            var before = await Check(emptied, token);
            before.ExitCode.ShouldBe(1);
            before.StandardOutput.ShouldContain("restore-dns-address: The Service kube-system/kube-dns does not exist");
            before.StandardOutput.ShouldContain("restore-object-missing: Service shop/one");
            before.StandardOutput.ShouldContain("restore-sync: The instance 'own' has the policy sync and no dryRun");

            Define(DryRun);
            (await Check(emptied, token)).StandardOutput.ShouldNotContain("restore-sync");
            // The object that Flux would deliver.
            await KubeDns(emptied, token);
            using (var dry = await Run(emptied, DryRun, token))
            {
                await dry.Compares(2, token);
                dry.Program.Output.ShouldContain($"one.{ZoneServer.Zone}", Case.Sensitive, "the dry run does not say what it would delete");
                (await server.Serial(token)).ShouldBe(serial, "a dry run writes");
                await Apply(emptied, token);
                (await Check(emptied, token)).ExitCode.ShouldBe(0);
                Took("restore ends with 0", started);
                await dry.Compares(2, token);
            }

            Define(Sync);
            using var sync = await Run(emptied, Sync, token);
            await sync.Compares(3, token);
            Took("External-DNS has compared three times with sync", started);
        }, token);

        (await server.Serial(token)).ShouldBe(serial, "External-DNS wrote to a zone that was as its objects want it");
        (await Generator(emptied, token, "backup", Backup)).ExitCode.ShouldBe(0);
        BackedUpZone.ShouldBe(zone);
        var last = await Check(emptied, token);
        last.ExitCode.ShouldBe(0);
        last.StandardOutput.ShouldNotContain("restore-");
    }

    [Test]
    [Category("Sabotage")]
    [CancelAfter(300_000)]
    public async Task Sync_before_the_objects_are_back_deletes_what_the_check_had_named(CancellationToken token)
    {
        await BackUpAndLoseTheCluster(token);
        using var emptied = await Started(token);
        await KubeDns(emptied, token);
        var before = await Check(emptied, token);
        before.ExitCode.ShouldBe(1);
        before.StandardOutput.ShouldContain("restore-sync: The instance 'own' has the policy sync and no dryRun: External-DNS deletes the "
            + "records of Service shop/alias, Service shop/one, Service shop/two.");

        await SabotageDetection.ShouldBeDetected("the wrong order", () => Looked(async () =>
        {
            using var sync = await Run(emptied, Sync, token);
            await sync.Compares(2, token);
            await Apply(emptied, token);
            await sync.Compares(2, token);
        }, token), "it was deleted");
        (await Check(emptied, token)).ExitCode.ShouldBe(0, "with the objects the records come back");
    }

    /// <summary>Lets External-DNS write a cluster's names, makes a backup, then removes both.</summary>
    /// <returns>The zone's serial.</returns>
    private async Task<string> BackUpAndLoseTheCluster(CancellationToken token)
    {
        Define(Sync);
        using var first = await Started(token);
        await KubeDns(first, token);
        await first.Api.ApplyNamespace(Namespace, token);
        foreach (var (name, address) in new[] { ("one", "192.0.2.1"), ("two", "192.0.2.2"), ("alias", null) })
        {
            var service = WantedService.Of(name, address, null, name, [ExternalDnsNames.AnnotationPrefix]);
            service["metadata"]!["namespace"] = Namespace;
            await first.Api.Apply(ResourceKind.Service, new Resource(service), token);
        }

        using (await Run(first, Sync, token))
        {
            foreach (var (name, type) in Owned)
            {
                await Eventually.Within(
                    TimeSpan.FromSeconds(60),
                    async probe => (await server.Ask($"{name}.{ZoneServer.Zone}", type, probe)).ShouldNotBeEmpty(),
                    $"{name} is in the zone",
                    token);
            }
        }

        var started = TimeProvider.System.GetTimestamp();
        (await Generator(first, token, "backup", Backup)).ExitCode.ShouldBe(0);
        Took("the backup is made", started);
        BackedUpZone.ShouldContain("external-dns/owner=infra");
        (await Check(first, token)).ExitCode.ShouldBe(0);
        return await server.Serial(token);
    }

    /// <summary>Queries all owned records during an action; none may be missing in any answer.</summary>
    private async Task Looked(Func<Task> meanwhile, CancellationToken token)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(token);
        var looks = 0;
        var lost = new List<string>();
        var looking = Look();
        try
        {
            await meanwhile();
        }
        finally
        {
            await end.CancelAsync();
            await looking;
        }

        TestContext.Out.WriteLine($"{looks} answers, {lost.Count} without the record");
        looks.ShouldBeGreaterThan(100, "too few looks to say that nothing was deleted");
        lost.Distinct().ShouldBeEmpty("it was deleted");

        async Task Look()
        {
            try
            {
                await foreach (var _ in Pace.Every(BetweenLooks, TimeSpan.FromMinutes(5), TimeProvider.System, end.Token))
                {
                    foreach (var (name, type) in Owned)
                    {
                        if ((await server.Ask($"{name}.{ZoneServer.Zone}", type, end.Token)).Count == 0)
                        {
                            lost.Add($"{name} {type}");
                        }

                        looks++;
                    }
                }
            }
            catch (OperationCanceledException) when (end.IsCancellationRequested)
            {
            }
        }
    }

    private Task<LocalApiServer> Started(CancellationToken token) =>
        LocalApiServer.Start(programs["etcd"], programs["kube-apiserver"], token);

    private async Task<RunningInstance> Run(LocalApiServer cluster, string policy, CancellationToken token)
    {
        var instance = DeliveredInstance.Of("infra", Instance(policy));
        await instance.Prepare(cluster.Api, token);
        return instance.Start(programs["external-dns"], cluster, server.Secret);
    }

    private string Instance(string policy) =>
        $"{{ name: own, provider: rfc2136, {policy}, domainFilters: [{ZoneServer.Zone}], interval: 10s, rfc2136: {{ host: 127.0.0.1, "
            + $"port: {server.Port}, keyName: {ZoneServer.KeyName} }} }}";

    private void Define(string policy) => File.WriteAllText(Path.Combine(folder, "platform.yaml"), $$"""
        repository: { url: https://github.com/example/platform.git }
        clusters:
          - name: infra
            network: { pods: 10.244.0.0/16, services: 10.96.0.0/16 }
            externalDns:
              instances:
                - {{Instance(policy)}}

        """);

    private static Task KubeDns(LocalApiServer cluster, CancellationToken token) => cluster.Api.Apply(
        ResourceKind.Service,
        Object("v1", "Service", "kube-system", "kube-dns", new JsonObject
        {
            ["clusterIP"] = Address,
            ["ports"] = new JsonArray(new JsonObject { ["port"] = 53, ["protocol"] = "UDP" }),
        }),
        token);

    private static Resource Object(string version, string kind, string? @namespace, string name, JsonObject? spec) =>
        new(Live.Pods.Manifest(kind, name, @namespace, spec, version));

    /// <summary>Step 6 of the page, literally.</summary>
    private async Task Apply(LocalApiServer cluster, CancellationToken token) => await Cli.Wrap(programs["kubectl"])
        .WithArguments(
        [
            "--kubeconfig", cluster.AdminConfig, "apply", "-f", Path.Combine(Backup, "namespaces.yaml"), "-f",
            Path.Combine(Backup, "objects"),
        ]).ExecuteBufferedAsync(token);

    private Task<BufferedCommandResult> Check(LocalApiServer cluster, CancellationToken token) =>
        Generator(cluster, token, "restore", Backup, "--check");

    private Task<BufferedCommandResult> Generator(LocalApiServer cluster, CancellationToken token, params string[] arguments) =>
        GeneratorProgram.Run(
            folder,
            [.. arguments, "--tsig-file", Path.Combine(folder, "secret"), "--kubeconfig", cluster.AdminConfig],
            token);

    private static void Took(string what, long since) => TestContext.Out.WriteLine(
        $"{what} after {TimeProvider.System.GetElapsedTime(since).TotalSeconds:0.0} s");
}
