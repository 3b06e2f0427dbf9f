namespace PlatformGitOps.Acceptance.Sabotage;

/// <summary>Checks that a check fails for a sabotage's reason.</summary>
internal static class Noticed
{
    /// <param name="sabotage">The sabotage's name.</param>
    /// <param name="check">The check that must fail. Shouldly's ThrowAsync does not catch assertions.</param>
    /// <param name="says">The expected part of the check's message.</param>
    public static async Task By(string sabotage, Func<Task> check, string says) =>
        (await Message(check, exception => exception is ShouldAssertException))
            .ShouldNotBeNull($"'{sabotage}' was not noticed").ShouldContain(says);

    /// <summary>The message of a failing check; null if it passes.</summary>
    /// <param name="counts">True for exceptions that count as a failure of the check: a mistake in the suite must not count.</param>
    public static async Task<string?> Message(Func<Task> check, Func<Exception, bool> counts)
    {
        try
        {
            await check();
            return null;
        }
        catch (Exception exception) when (counts(exception))
        {
            return exception.Message;
        }
    }

    /// <summary>True for every exception except skipping and cancellation.</summary>
    public static bool Anything(Exception exception) => exception is not (IgnoreException or OperationCanceledException);
}

public sealed class NoticedTests
{
    [Test]
    public async Task A_check_that_passes_and_one_that_fails_for_another_reason_are_distinguished()
    {
        await Noticed.By("one", () => Fails("because of one"), "of one");
        await Noticed.By("nobody notices", () => Noticed.By("one", () => Task.CompletedTask, "of one"), "'one' was not noticed");
        await Noticed.By("another reason", () => Noticed.By("one", () => Fails("because of two"), "of one"), "because of two");
    }

    [Test]
    public async Task A_mistake_of_the_suite_is_not_what_a_check_has_noticed()
    {
        var mistake = Task.FromException(new InvalidDataException("because of one"));

        await Should.ThrowAsync<InvalidDataException>(Noticed.By("one", () => mistake, "of one"));
        (await Noticed.Message(() => mistake, Noticed.Anything)).ShouldBe("because of one");
        (await Noticed.Message(() => Task.CompletedTask, Noticed.Anything)).ShouldBeNull();
    }

    private static Task Fails(string message) => Task.FromException(new ShouldAssertException(message));
}
