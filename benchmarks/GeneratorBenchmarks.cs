using System.Text;
using BenchmarkDotNet.Attributes;
using PlatformGitOps.Generator.Definition;
using PlatformGitOps.Generator.Emission;

namespace PlatformGitOps.Benchmarks;

/// <summary>Reading and emitting, in process and warm. benchmarks/process.sh measures whole runs.</summary>
[MemoryDiagnoser]
public class GeneratorBenchmarks
{
    private byte[] text = [];
    private Platform platform = null!;

    [Params(2, 100, 1000)]
    public int Clusters { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        text = Encoding.UTF8.GetBytes(GeneratedFleet.Definition(Clusters));
        platform = Read();
    }

    [Benchmark]
    public Platform Read() => PlatformText.Read("platform.yaml", text) is PlatformReading.Valid valid
        ? valid.Platform
        : throw new InvalidOperationException("The benchmark's own definition has findings.");

    [Benchmark]
    public int Emit() => Tree.Build(platform).Length;
}
