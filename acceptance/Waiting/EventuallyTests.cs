namespace PlatformGitOps.Acceptance.Waiting;

public sealed class EventuallyTests
{
    private static CancellationToken Token => TestContext.CurrentContext.CancellationToken;

    [Test]
    public async Task Returns_what_the_probe_returns_once_its_assertions_hold()
    {
        var looks = 0;
        var value = await Eventually.Within(
            TimeSpan.FromSeconds(10),
            _ =>
            {
                looks++;
                looks.ShouldBe(3);
                return Task.FromResult("there");
            },
            "the third look succeeds",
            Token);
        value.ShouldBe("there");
        looks.ShouldBe(3);
    }

    [Test]
    public async Task Says_why_it_waited_how_long_and_what_it_saw_last()
    {
        var looks = 0;
        var exception = await Should.ThrowAsync<NeverHeldException>(() => Eventually.Within<int>(
            TimeSpan.FromSeconds(1),
            _ => throw new NotYetException(looks++ < 2 ? "no pods" : "1 of 2 pods ready"),
            "both pods become ready",
            TimeProvider.System,
            Token));
        exception.Message.ShouldContain("because both pods become ready");
        exception.Message.ShouldContain("1 of 2 pods ready");
        exception.Seen.Select(seen => seen.What).ShouldBe(["no pods", "1 of 2 pods ready"]);
        exception.Seen[0].Times.ShouldBe(2);
        exception.Waited.ShouldBeGreaterThanOrEqualTo(TimeSpan.FromMilliseconds(900));
    }

    [Test]
    public async Task Does_not_repeat_a_probe_that_is_itself_wrong()
    {
        var looks = 0;
        await Should.ThrowAsync<InvalidOperationException>(() => Eventually.Within<int>(
            TimeSpan.FromSeconds(5),
            _ =>
            {
                looks++;
                throw new InvalidOperationException("mistake");
            },
            "of nothing",
            Token));
        looks.ShouldBe(1);
    }

    [Test]
    public async Task A_look_that_never_comes_back_ends_at_the_deadline() =>
        (await Should.ThrowAsync<NeverHeldException>(() => Eventually.Within(
            TimeSpan.FromMilliseconds(300), _ => new TaskCompletionSource<int>().Task, "it hangs", TimeProvider.System, Token)))
        .Message.ShouldContain("the first look did not come back");

    [Test]
    public async Task Cancelling_is_no_time_out()
    {
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        await Should.ThrowAsync<OperationCanceledException>(() => Eventually.Within<int>(
            TimeSpan.FromSeconds(30), _ => throw new NotYetException("no"), "of nothing", TimeProvider.System, cancel.Token));
    }
}
