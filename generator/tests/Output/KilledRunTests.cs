namespace PlatformGitOps.Generator.Tests.Output;

/// <summary>The real program, killed (SIGKILL on Unix) while it writes.</summary>
[TestFixture]
public sealed class KilledRunTests
{
    private const int Rounds = 12;
    private const int MostRounds = 60;

    [Test]
    [CancelAfter(600_000)]
    public async Task Whenever_it_is_killed_every_file_is_old_or_new_and_the_next_run_heals_the_tree(CancellationToken cancellationToken)
    {
        using var tree = new TemporaryTree();
        // Each step changes, adds and removes files.
        string[] definitions = [Fleet(90, "main", "1.1.1.1"), Fleet(150, "next", "9.9.9.9"), Fleet(120, "later", "8.8.8.8")];
        var texts = definitions.Select(Texts).ToArray();
        await GenerateAsync(tree, definitions[0], cancellationToken);
        var random = new Random(20260103);
        var (cutShort, pause) = (0, TimeSpan.FromMilliseconds(100));
        for (var round = 1; round <= Rounds || (cutShort == 0 && round <= MostRounds); round++)
        {
            var (old, now) = (texts[(round - 1) % 3], texts[round % 3]);
            tree.Put("platform.yaml", definitions[round % 3]);
            var ended = await KillAsync(tree, random.NextDouble() * pause, cancellationToken);

            var found = Files(tree);
            foreach (var (path, text) in found)
            {
                (text == old.GetValueOrDefault(path) || text == now.GetValueOrDefault(path))
                    .ShouldBeTrue($"round {round}: {path} is neither old nor new:\n{text}");
            }

            old.Keys.Intersect(now.Keys).Except(found.Keys).ShouldBeEmpty("a file of both trees is never missing");
            var isCut = found.Any(file => file.Value != now.GetValueOrDefault(file.Key))
                && found.Any(file => file.Value != old.GetValueOrDefault(file.Key));
            cutShort += isCut ? 1 : 0;

            // Shorter if the program ended first, longer if it had not started to write: the next kill is nearer to the middle on any
            // machine.
            pause *= isCut ? 1 : ended ? 0.7 : 1.5;

            // Some rounds continue with the same definition, some with one that the killed run did not know.
            var next = round % 2 == 0 ? round : round + 1;
            await GenerateAsync(tree, definitions[next % 3], cancellationToken);
            Files(tree).ShouldBe(texts[next % 3], $"round {round}");
            Leftovers(tree).ShouldBeEmpty();
            if (next != round)
            {
                await GenerateAsync(tree, definitions[round % 3], cancellationToken);
            }
        }

        cutShort.ShouldBeGreaterThan(0, "no round was killed between its first and its last file; the pauses do not fit this machine");
        await TestContext.Out.WriteLineAsync($"{cutShort} runs were killed in the middle of the tree.");
    }

    private static async Task GenerateAsync(TemporaryTree tree, string definition, CancellationToken cancellationToken)
    {
        var platform = PlatformText.Read("platform.yaml", Encoding.UTF8.GetBytes(definition))
            .ShouldBeOfType<PlatformReading.Valid>().Platform;
        var request = new WriteRequest { Root = tree.Root, Files = Tree.Build(platform), DefinitionHash = ContentHash.OfText(definition) };
        var result = await TreeWriter.WriteAsync(request, TimeProvider.System, cancellationToken);
        var findings = result.Files.Where(file => file.Finding is not null).Take(3).Select(file => file.Finding);
        result.Complete.ShouldBeTrue(string.Join('\n', findings));
    }

    /// <summary>True if the program ended before it was killed.</summary>
    private static async Task<bool> KillAsync(TemporaryTree tree, TimeSpan pause, CancellationToken cancellationToken)
    {
        using var process = GeneratorProcess.Start("generate", "-f", tree.OnDisk("platform.yaml"));
        _ = process.StandardOutput.ReadToEndAsync(cancellationToken);
        _ = process.StandardError.ReadToEndAsync(cancellationToken);
        using var looks = new PeriodicTimer(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        while (!tree.Has(LockFile.Busy) && !process.HasExited)
        {
            await looks.WaitForNextTickAsync(cancellationToken);
        }

        await Task.Delay(pause, TimeProvider.System, cancellationToken);
        var ended = process.HasExited;
        process.Kill();
        await process.WaitForExitAsync(cancellationToken);
        return ended;
    }

    private static Dictionary<string, string> Files(TemporaryTree tree) => tree.Snapshot()
        .Where(file => file.Key.EndsWith(".yaml", StringComparison.Ordinal) && file.Key != "platform.yaml")
        .ToDictionary(file => file.Key, file => file.Value.Text);

    private static IEnumerable<string> Leftovers(TemporaryTree tree) =>
        tree.Snapshot().Keys.Where(path => !path.EndsWith(".yaml", StringComparison.Ordinal) && path != LockFile.Name);

    private static Dictionary<string, string> Texts(string definition) =>
        Tree.Build(Given.Defined(definition))
            .ToDictionary(file => file.Path, file => file.Text);

    private static string Fleet(int clusters, string branch, string upstream)
    {
        var text = new StringBuilder($$"""
            repository: { url: https://github.com/example/platform.git, branch: {{branch}} }
            defaults: { dns: { upstreams: [{{upstream}}] } }
            clusters:

            """.ReplaceLineEndings("\n"));
        for (var index = 0; index < clusters; index++)
        {
            text.Append($"  - {{ name: c{index}, network: {{ pods: 10.{index}.0.0/17, services: 10.{index}.128.0/17 }} }}\n");
        }

        return text.ToString();
    }
}
