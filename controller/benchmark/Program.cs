using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using k8s;
using PlatformGitOps.Controller.Benchmark;
using PlatformGitOps.Controller.Testing;

// Runs a published controller on one core, against real sockets and an API server, and prints what it cost.
var endpoints = new Option<int>("--endpoints") { Description = "How many.", DefaultValueFactory = _ => 10_000 };
var seconds = new Option<int>(
    "--seconds")
{ Description = "How long to measure, after all were probed twice.", DefaultValueFactory = _ => 60 };
var kubeconfig = new Option<string?>("--kubeconfig")
{
    Description = "The cluster whose API server is used; a namespace is created in it. Default: a fake API server in this process.",
};
var controller = new Option<FileInfo>("--controller") { Description = "The published controller.", Required = true };
var core = new Option<int>("--core") { Description = "The core of the controller.", DefaultValueFactory = _ => 0 };
var root = new RootCommand(
    "Checks per second, lateness, processor and memory of one controller.") { endpoints, seconds, kubeconfig, controller, core };
root.SetAction(async (parsed, cancellationToken) =>
{
    var time = TimeProvider.System;
    var count = parsed.GetValue(endpoints);
    var ns = $"health-benchmark-{Environment.ProcessId}";
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
    var config = Path.GetTempFileName();
    await File.WriteAllTextAsync(config, $"namespaces: [{ns}]\nprobes: {{allowLoopback: true}}\n", cancellationToken);
    try
    {
        var from = time.GetTimestamp();
        if (parsed.GetValue(kubeconfig) is null)
        {
            Population.Fill(fake.Store, ns, count, responder.Port);
        }
        else
        {
            await Population.CreateAsync(api, ns, count, responder.Port, cancellationToken);
        }

        Console.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"{count} endpoints created in {time.GetElapsedTime(from).TotalSeconds:0} s"));

        var port = 18080;
        var start = new ProcessStartInfo("taskset")
        {
            ArgumentList =
            {
                "-c", parsed.GetValue(core).ToString(CultureInfo.InvariantCulture), parsed.GetRequiredValue(controller).FullName, "run",
                "--kubeconfig", file, "--config", config, "--port", port.ToString(CultureInfo.InvariantCulture), "--dry-run",
            },
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start) ?? throw new InvalidOperationException("the controller did not start");
        _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, cancellationToken);
        try
        {
            async Task<Reading> ReadAsync() =>
                new(await http.GetStringAsync(new Uri($"http://127.0.0.1:{port}/metrics"), cancellationToken), time.GetTimestamp());

            using var looks = new PeriodicTimer(TimeSpan.FromSeconds(1), time);
            while (responder.Answered < count * 2L)
            {
                await looks.WaitForNextTickAsync(cancellationToken);
            }

            var first = await ReadAsync();
            await Latency.Of(TimeSpan.FromSeconds(parsed.GetValue(seconds)), time, cancellationToken);
            var last = await ReadAsync();
            var elapsed = time.GetElapsedTime(first.TakenAt, last.TakenAt).TotalSeconds;
            var checks = last.Checks("healthy") + last.Checks("unhealthy") - first.Checks("healthy") - first.Checks("unhealthy");
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
                endpoints          {count}
                checks per second  {checks / elapsed:0}
                of them unhealthy  {last.Checks("unhealthy") - first.Checks("unhealthy"):0}
                p50 lateness       under {Reading.Quantile(first, last, 0.5) * 1000} ms
                p99 lateness       under {Reading.Quantile(first, last, 0.99) * 1000} ms
                processor          {(last.Cpu - first.Cpu) / elapsed * 100:0} % of one core
                memory             {last.Memory / 1024 / 1024:0} MiB resident
                """));
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }
    finally
    {
        File.Delete(config);
        if (parsed.GetValue(kubeconfig) is null)
        {
            File.Delete(file);
        }
        else
        {
            await api.CoreV1.DeleteNamespaceAsync(ns, cancellationToken: CancellationToken.None);
        }
    }

    return 0;
});
return await root.Parse(args).InvokeAsync();
