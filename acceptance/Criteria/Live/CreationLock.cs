namespace PlatformGitOps.Acceptance.Criteria.Live;

/// <summary>Serialises the creation of what several checks need: the first one creates it, parallel ones wait and find it.</summary>
internal static class CreationLock
{
    private static readonly ConcurrentDictionary<(string Cluster, string What), SemaphoreSlim> Gates = new();

    /// <param name="cluster">The name of the cluster.</param>
    /// <param name="what">The name of the created thing.</param>
    /// <param name="make">Creates it, or finds it.</param>
    public static async Task<T> Run<T>(string cluster, string what, Func<Task<T>> make, CancellationToken cancellationToken)
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

    public static Task Run(string cluster, string what, Func<Task> make, CancellationToken cancellationToken) => Run(
        cluster, what,
        async () =>
        {
            await make();
            return true;
        },
        cancellationToken);
}

public sealed class CreationLockTests
{
    [Test]
    public async Task One_creation_runs_at_a_time_for_each_cluster()
    {
        var token = TestContext.CurrentContext.CancellationToken;
        var made = new TaskCompletionSource<string>();
        var first = CreationLock.Run(nameof(CreationLockTests), "pods", () => made.Task, token);
        var second = CreationLock.Run(nameof(CreationLockTests), "pods", () => Task.FromResult(made.Task.IsCompleted), token);

        (await CreationLock.Run(nameof(CreationLockTests), "other pods", () => Task.FromResult("there"), token)).ShouldBe("there");
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
            () => CreationLock.Run(nameof(CreationLockTests), "fails", () => Task.FromException(new IOException()), token));

        (await CreationLock.Run(nameof(CreationLockTests), "fails", () => Task.FromResult(1), token)).ShouldBe(1);
    }
}
