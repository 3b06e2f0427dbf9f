using System.Globalization;
using BenchmarkDotNet.Running;
using PlatformGitOps.Benchmarks;

// "fleet N" prints a definition of N clusters for benchmarks/process.sh, "corpus" writes the trees of benchmarks/corpus.sh, "dashboard"
// draws what benchmarks/dashboard/run has collected; everything else goes to BenchmarkDotNet.
if (args is ["fleet", var count] && int.TryParse(count, out var clusters))
{
    Console.Out.Write(GeneratedFleet.Definition(clusters));
    return;
}

if (args is ["corpus", var source, var target, .. var repositories])
{
    new Corpus(source, target).Write(repositories);
    return;
}

if (args is ["dashboard", var api, var from, var until, var folder])
{
    var (begin, end) = (double.Parse(from, CultureInfo.InvariantCulture), double.Parse(until, CultureInfo.InvariantCulture));
    var empty = await DashboardPicture.WriteAsync(new Uri(api), begin, end, folder);
    foreach (var query in empty)
    {
        await Console.Error.WriteLineAsync($"No series: {query}");
    }

    Environment.ExitCode = empty.IsEmpty ? 0 : 1;
    return;
}

BenchmarkSwitcher.FromAssembly(typeof(GeneratorBenchmarks).Assembly).Run(args);
