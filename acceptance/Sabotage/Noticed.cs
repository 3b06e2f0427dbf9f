namespace PlatformGitOps.Acceptance.Sabotage;

/// <summary>A check that has to fail, for the reason that a sabotage makes.</summary>
internal static class Noticed
{
    /// <param name="sabotage">Its name.</param>
    /// <param name="check">What has to notice it. Shouldly's own ThrowAsync lets assertions through.</param>
    /// <param name="says">A part of the check's message.</param>
    public static async Task By(string sabotage, Func<Task> check, string says)
    {
        string? noticed = null;
        try
        {
            await check();
        }
        catch (ShouldAssertException exception)
        {
            noticed = exception.Message;
        }

        noticed.ShouldNotBeNull($"'{sabotage}' was not noticed").ShouldContain(says);
    }
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

    private static Task Fails(string message) => Task.FromException(new ShouldAssertException(message));
}
