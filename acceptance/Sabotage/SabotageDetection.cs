namespace PlatformGitOps.Acceptance.Sabotage;

/// <summary>Checks that a check fails for a sabotage's reason.</summary>
internal static class SabotageDetection
{
    /// <param name="sabotage">The sabotage's name.</param>
    /// <param name="check">The check that must fail. Shouldly's ThrowAsync does not catch assertions.</param>
    /// <param name="says">The expected part of the check's message.</param>
    public static async Task ShouldBeDetected(string sabotage, Func<Task> check, string says) =>
        (await FailureMessage(check, exception => exception is ShouldAssertException))
            .ShouldNotBeNull($"'{sabotage}' was not noticed").ShouldContain(says);

    /// <summary>The message of a failing check; null if it passes.</summary>
    /// <param name="counts">True for exceptions that count as a failure of the check: a mistake in the suite must not count.</param>
    public static async Task<string?> FailureMessage(Func<Task> check, Func<Exception, bool> counts)
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
    public static bool AnyFailure(Exception exception) => exception is not (IgnoreException or OperationCanceledException);
}

public sealed class SabotageDetectionTests
{
    [Test]
    public async Task A_check_that_passes_and_one_that_fails_for_another_reason_are_distinguished()
    {
        await SabotageDetection.ShouldBeDetected("one", () => Fails("because of one"), "of one");
        await SabotageDetection.ShouldBeDetected(
            "nobody notices", () => SabotageDetection.ShouldBeDetected("one", () => Task.CompletedTask, "of one"), "'one' was not noticed");
        await SabotageDetection.ShouldBeDetected(
            "another reason", () => SabotageDetection.ShouldBeDetected("one", () => Fails("because of two"), "of one"), "because of two");
    }

    [Test]
    public async Task A_mistake_of_the_suite_is_not_a_failed_check()
    {
        var mistake = Task.FromException(new InvalidDataException("because of one"));

        await Should.ThrowAsync<InvalidDataException>(SabotageDetection.ShouldBeDetected("one", () => mistake, "of one"));
        (await SabotageDetection.FailureMessage(() => mistake, SabotageDetection.AnyFailure)).ShouldBe("because of one");
        (await SabotageDetection.FailureMessage(() => Task.CompletedTask, SabotageDetection.AnyFailure)).ShouldBeNull();
    }

    private static Task Fails(string message) => Task.FromException(new ShouldAssertException(message));
}
