using System.Collections.Immutable;
using PlatformGitOps.Generator.Output;

namespace PlatformGitOps.Generator.Tests.Output;

[TestFixture]
public sealed class DecisionTests
{
    private static readonly string?[] Contents = [null, "a", "b", "c"];
    private static readonly ImmutableArray<ImmutableSortedSet<string>> Locks = [[], ["a"], ["b"], ["a", "b"]];

    /// <summary>Every combination of three contents: few enough to try all of them.</summary>
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
