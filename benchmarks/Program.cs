using BenchmarkDotNet.Running;
using PlatformGitOps.Benchmarks;

// "fleet N" prints a definition of N clusters for benchmarks/process.sh, "corpus" writes the trees of benchmarks/corpus.sh; everything else
// goes to BenchmarkDotNet.
if (args is ["fleet", var count] && int.TryParse(count, out var clusters))
{
    Console.Out.Write(Fleet.Definition(clusters));
    return;
}

if (args is ["corpus", var source, var target, .. var repositories])
{
    new Corpus(source, target).Write(repositories);
    return;
}

BenchmarkSwitcher.FromAssembly(typeof(GeneratorBenchmarks).Assembly).Run(args);
