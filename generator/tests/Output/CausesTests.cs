namespace PlatformGitOps.Generator.Tests.Output;

[TestFixture]
public sealed class CausesTests
{
    [TestCase("a", "a", "a", DriftCause.None)]
    [TestCase("a", "a", "b", DriftCause.Lock)]
    [TestCase("a", "a", "", DriftCause.Lock)]
    [TestCase("a", null, "", DriftCause.Definition)]
    [TestCase("a", "b", "", DriftCause.InTheWay)]
    [TestCase("b", "a", "a", DriftCause.Definition)]
    [TestCase(null, "a", "a", DriftCause.Definition)]
    [TestCase("a", "b", "a", DriftCause.Hand)]
    [TestCase("a", null, "a", DriftCause.Hand)]
    [TestCase("b", "c", "a", DriftCause.Both)]
    [TestCase("b", null, "a", DriftCause.Both)]
    [TestCase(null, "c", "a", DriftCause.Both)]
    [TestCase(null, null, "a", DriftCause.Lock)]
    [TestCase("b", "a", "ab", DriftCause.Interrupted)]
    public void The_three_contents_say_who_changed_a_file(string? wanted, string? found, string known, DriftCause cause)
    {
        var hashes = known.Select(letter => letter.ToString()).ToArray();

        DriftCheck.CauseOf(wanted, found, [.. hashes], sameDefinition: false).ShouldBe(cause);
        DriftCheck.CauseOf(wanted, found, [.. hashes], sameDefinition: true)
            .ShouldBe(cause == DriftCause.Definition ? DriftCause.Generator : cause);
    }

    /// <summary>Every history of a file over three contents, on a real disk, with one file for each history.</summary>
    [Test]
    public async Task The_check_tells_what_really_happened_and_generate_agrees()
    {
        string?[] contents = ["1\n", "2\n", "3\n", null];
        var histories = (from generated in contents[..3]
                         from hand in contents
                         from after in contents
                         where hand is not null || after is not null
                         select (generated, hand, after)).ToArray();
        using var tree = new TemporaryTree();
        string Path(int index) => $"kubernetes/folder{index % 7}/file{index}.yaml";
        await tree.GenerateAsync([.. histories.Select((history, index) => (Path(index), history.generated!))]);
        for (var index = 0; index < histories.Length; index++)
        {
            if (histories[index].hand is { } text)
            {
                tree.Put(Path(index), text);
            }
            else
            {
                File.Delete(tree.OnDisk(Path(index)));
            }
        }

        (string, string)[] wanted =
            [.. histories.Select((history, index) => (Path(index), history.after!)).Where(file => file.Item2 is not null)];
        var request = tree.Request(force: false, wanted) with { DefinitionHash = ContentHash.OfText("another definition") };
        var before = tree.Snapshot();
        var found = DriftCheck.Run(request, CancellationToken.None);

        tree.Snapshot().ShouldBe(before, "a check writes nothing");
        for (var index = 0; index < histories.Length; index++)
        {
            var (generated, hand, after) = histories[index];
            var expected = after == hand
                ? after == generated ? DriftCause.None : DriftCause.Lock
                : hand == generated ? DriftCause.Definition : after == generated ? DriftCause.Hand : DriftCause.Both;
            var file = found.Files.SingleOrDefault(file => file.Path == Path(index));
            (file?.Cause ?? DriftCause.None).ShouldBe(expected, $"generated {generated} hand {hand} after {after}");
            (file?.Finding is not null).ShouldBe(
                hand is not null && hand != generated && hand != after, "generate refuses what only a hand can have written");
        }

        var written = await TreeWriter.WriteAsync(request with { Force = true }, TimeProvider.System, CancellationToken.None);
        written.Complete.ShouldBeTrue();
        DriftCheck.Run(request, CancellationToken.None).Drifted.ShouldBeFalse();
    }
}

[TestFixture]
public sealed class DecisionTests
{
    private static readonly string?[] Contents = [null, "a", "b", "c"];
    private static readonly ImmutableArray<ImmutableSortedSet<string>> Locks = [[], ["a"], ["b"], ["a", "b"]];

    /// <summary>Every combination of three contents: few enough to test all.</summary>
    private static IEnumerable<TestCaseData<string?, string?, ImmutableSortedSet<string>>> All() =>
        from wanted in Contents
        from found in Contents
        from known in Locks
        where wanted is not null || !known.IsEmpty
        select new TestCaseData<string?, string?, ImmutableSortedSet<string>>(wanted, found, known)
            .SetArgDisplayNames($"wanted {wanted ?? "-"}", $"found {found ?? "-"}", $"known {string.Concat(known)}");

    [TestCaseSource(nameof(All))]
    public void Without_force_only_what_the_generator_wrote_is_ever_lost(string? wanted, string? found, ImmutableSortedSet<string> known)
    {
        var outcome = TreePlan.Decide(wanted, found, known, force: false);

        if (found is not null && found != wanted && !known.Contains(found))
        {
            outcome.ShouldBe(Outcome.Refused);
        }
        else
        {
            outcome.ShouldNotBe(Outcome.Refused);
        }
    }

    [TestCaseSource(nameof(All))]
    public void With_force_every_file_ends_as_the_definition_says(string? wanted, string? found, ImmutableSortedSet<string> known)
    {
        var end = TreePlan.Decide(wanted, found, known, force: true) switch
        {
            Outcome.Created or Outcome.Changed => wanted,
            Outcome.Removed => null,
            Outcome.Unchanged or Outcome.Adopted or Outcome.Forgotten => found,
            var other => throw new AssertionException($"{other} with force"),
        };
        end.ShouldBe(wanted);
    }

    [TestCaseSource(nameof(All))]
    public void A_file_that_is_as_wanted_is_not_written(string? wanted, string? found, ImmutableSortedSet<string> known)
    {
        var writes = TreePlan.Decide(wanted, found, known, force: true) is Outcome.Created or Outcome.Changed or Outcome.Removed;
        writes.ShouldBe(wanted != found);
    }
}
