namespace PlatformGitOps.Acceptance.Criteria.Live;

/// <summary>Serialises the creation of what several checks need: the first one creates it, parallel ones wait and find it.</summary>
internal static class Turn
{
    private static readonly ConcurrentDictionary<(string Cluster, string What), SemaphoreSlim> Gates = new();

    /// <param name="cluster">The name of the cluster.</param>
    /// <param name="what">The name of the created thing.</param>
    /// <param name="make">Creates it, or finds it.</param>
    public static async Task<T> Take<T>(string cluster, string what, Func<Task<T>> make, CancellationToken cancellationToken)
    {
        var gate = Gates.GetOrAdd((cluster, what), _ => new SemaphoreSlim(1));
        await gate.WaitAsync(cancellationToken);
        try
        {
            return await make();
        }
        finally
        {
            gate.Release();
        }
    }

    public static Task Take(string cluster, string what, Func<Task> make, CancellationToken cancellationToken) => Take(
        cluster, what,
        async () =>
        {
            await make();
            return true;
        },
        cancellationToken);
}

public sealed class TurnTests
{
    [Test]
    public async Task What_is_made_for_one_cluster_is_made_once_at_a_time_and_the_same_of_another_beside_it()
    {
        var token = TestContext.CurrentContext.CancellationToken;
        var made = new TaskCompletionSource<string>();
        var first = Turn.Take(nameof(TurnTests), "pods", () => made.Task, token);
        var second = Turn.Take(nameof(TurnTests), "pods", () => Task.FromResult(made.Task.IsCompleted), token);

        (await Turn.Take(nameof(TurnTests), "other pods", () => Task.FromResult("there"), token)).ShouldBe("there");
        second.IsCompleted.ShouldBeFalse("it began beside the first");
        made.SetResult("made");
        (await first).ShouldBe("made");
        (await second).ShouldBeTrue();
    }

    [Test]
    public async Task A_failure_leaves_the_turn_to_the_next()
    {
        var token = TestContext.CurrentContext.CancellationToken;
        await Should.ThrowAsync<IOException>(
            () => Turn.Take(nameof(TurnTests), "fails", () => Task.FromException(new IOException()), token));

        (await Turn.Take(nameof(TurnTests), "fails", () => Task.FromResult(1), token)).ShouldBe(1);
    }
}
