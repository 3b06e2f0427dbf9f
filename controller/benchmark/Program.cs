using System.CommandLine;
using k8s;
using PlatformGitOps.Controller.Benchmark;
using PlatformGitOps.Controller.Election;
using PlatformGitOps.Controller.Testing;

// Runs a published controller, or several with shards, each on one core, against real sockets and an API server; prints its CPU time,
// memory and lateness.
const int NamespacesOfShard = 8;
var endpoints = new Option<int>("--endpoints") { Description = "How many.", DefaultValueFactory = _ => 10_000 };
var seconds = new Option<int>("--seconds")
{ Description = "How long to measure, after all were probed twice.", DefaultValueFactory = _ => 60 };
var kubeconfig = new Option<string?>("--kubeconfig")
{
    Description = "The cluster whose API server is used; a namespace is created in it. Default: a fake API server in this process.",
};
var controller = new Option<FileInfo>("--controller") { Description = "The published controller.", Required = true };
var core = new Option<int>("--core") { Description = "The core of the controller.", DefaultValueFactory = _ => 0 };
var instances = new Option<int>("--instances")
{
    Description = "How many controllers, each on the next core; several need --shards to share the work.",
    DefaultValueFactory = _ => 1,
};
var shards = new Option<int>("--shards")
{
    Description = $"Into how many shards the namespaces are divided. With several there are {NamespacesOfShard} namespaces of each.",
    DefaultValueFactory = _ => 1,
};
var starts = new Option<int>("--starts")
{
    Description = "How many starts to measure, each to the first probe; nothing else is measured then.",
};
var beside = new Option<FileInfo?>("--beside") { Description = "Another published controller, which alternates with the first." };
var besideProbes = new Option<string>("--beside-probes")
{
    Description = "Its config's key probes, which has to allow loopback addresses.",
    DefaultValueFactory = _ => "{allowLoopback: true}",
};
var root = new RootCommand("Checks per second, lateness, processor and memory of one controller, or of several that share the endpoints.")
{
    endpoints, seconds, kubeconfig, controller, core, instances, shards, starts, beside, besideProbes,
};
root.SetAction(async (parsed, cancellationToken) =>
{
    var time = TimeProvider.System;
    var count = parsed.GetValue(endpoints);
    // With the default profile the first probe can be due seconds after the start.
    var profile = parsed.GetValue(starts) > 0 ? "fast" : null;
    var (ofShard, parts) = (parsed.GetValue(shards) == 1 ? 1 : NamespacesOfShard, parsed.GetValue(shards));
    // The same number for each shard, so that uneven hashing of a few names does not matter.
    string[] namespaces =
    [
        .. Enumerable.Range(0, 100 * ofShard * parts)
            .Select(index => $"health-benchmark-{Environment.ProcessId}-{index}")
            .GroupBy(name => Sharding.ShardOf(name, parts)).SelectMany(names => names.Take(ofShard)),
    ];
    using var responder = new Responder();
    using var http = new HttpClient();
    await using var fake = await FakeApiServer.StartAsync();
    fake.BookmarkEvery = TimeSpan.FromSeconds(20);
    var file = parsed.GetValue(kubeconfig) ?? Path.GetTempFileName();
    if (parsed.GetValue(kubeconfig) is null)
    {
        await File.WriteAllTextAsync(file, $$$"""
            apiVersion: v1
            kind: Config
            current-context: fake
            clusters: [{name: fake, cluster: {server: "{{{fake.Address}}}"}}]
            contexts: [{name: fake, context: {cluster: fake, user: fake}}]
            users: [{name: fake, user: {token: none}}]
            """, cancellationToken);
    }

    using var api = new Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigFile(file));
    var (config, besideConfig) = (Path.GetTempFileName(), Path.GetTempFileName());
    // A fake API server has no other namespaces.
    var watched = parsed.GetValue(kubeconfig) is null ? "" : $"namespaces: [{string.Join(", ", namespaces)}]\n";
    var divided = $"shards: {parts}\n";
    await File.WriteAllTextAsync(config, $"{watched}{divided}probes: {{allowLoopback: true}}\n", cancellationToken);
    try
    {
        var from = time.GetTimestamp();
        if (parsed.GetValue(kubeconfig) is null)
        {
            BenchmarkObjects.Fill(fake.Store, namespaces, count, responder.Port, profile);
        }
        else
        {
            await BenchmarkObjects.CreateAsync(api, namespaces, count, responder.Port, profile, cancellationToken);
        }

        Console.WriteLine(
            $"{count} endpoints created in {time.GetElapsedTime(from).TotalSeconds:0} s");

        if (parsed.GetValue(starts) is > 0 and var repetitions)
        {
            await File.WriteAllTextAsync(besideConfig, $"{watched}probes: {parsed.GetValue(besideProbes)}\n", cancellationToken);
            FileInfo?[] both = [parsed.GetRequiredValue(controller), parsed.GetValue(beside)];
            (string, string)[] programs =
                [.. both.OfType<FileInfo>().Zip([config, besideConfig], (program, its) => (program.FullName, its))];
            await foreach (var start in new StartupBenchmark(responder, file, parsed.GetValue(core), time)
                .MeasureAsync(programs, repetitions))
            {
                Console.WriteLine(start);
            }

            return 0;
        }

        // A single instance needs no Lease; several need it for sharding.
        var isAlone = parsed.GetValue(instances) == 1;
        PublishedController[] running =
        [
            .. Enumerable.Range(0, parsed.GetValue(instances)).Select(index => new PublishedController(
                parsed.GetRequiredValue(controller).FullName, file, config, index,
                (parsed.GetValue(core) + index) % Environment.ProcessorCount, isAlone)),
        ];
        try
        {
            using var looks = new PeriodicTimer(TimeSpan.FromSeconds(1), time);
            while (responder.Answered < count * 2L || (!isAlone && !await SharedAsync()))
            {
                await looks.WaitForNextTickAsync(cancellationToken);
            }

            var first = await ReadAllAsync();
            await Latency.Of(TimeSpan.FromSeconds(parsed.GetValue(seconds)), time, cancellationToken);
            var last = await ReadAllAsync();
            foreach (var index in Enumerable.Range(0, running.Length))
            {
                Console.WriteLine(MetricsSample.Describe(count, first[index], last[index], time));
            }

            if (!isAlone)
            {
                var sum = running.Index().Sum(one => MetricsSample.ChecksPerSecond(first[one.Index], last[one.Index], time));
                Console.WriteLine($"checks per second of all {sum:0}");
            }
        }
        finally
        {
            foreach (var instance in running)
            {
                await instance.DisposeAsync();
            }
        }

        async Task<MetricsSample[]> ReadAllAsync() =>
            await Task.WhenAll(running.Select(instance => instance.ReadAsync(http, time, cancellationToken)));

        // Shards move one by one until all instances have the same number.
        async Task<bool> SharedAsync()
        {
            var led = (await ReadAllAsync()).Select(reading => reading.Shards).ToArray();
            return led.Sum() == parts && led.Max() - led.Min() <= 1;
        }
    }
    finally
    {
        File.Delete(config);
        File.Delete(besideConfig);
        if (parsed.GetValue(kubeconfig) is null)
        {
            File.Delete(file);
        }
        else
        {
            foreach (var ns in namespaces)
            {
                await api.CoreV1.DeleteNamespaceAsync(ns, cancellationToken: CancellationToken.None);
            }
        }
    }

    return 0;
});
return await root.Parse(args).InvokeAsync();
