namespace PlatformGitOps.Acceptance.Criteria.Live;

/// <summary>A change of a cluster that is made once in a run, on first use.</summary>
internal sealed class OncePerCluster<T> where T : class
{
    private readonly ConcurrentDictionary<string, Lazy<Task<T>>> made = new();

    /// <summary>Makes it, or waits for the caller that makes it. A failure is kept.</summary>
    /// <param name="make">Makes it, without the caller's token: other callers wait for the same result.</param>
    /// <param name="cancellationToken">Only cancels the wait.</param>
    public Task<T> Of(string role, Func<Task<T>> make, CancellationToken cancellationToken) =>
        made.GetOrAdd(role, _ => new Lazy<Task<T>>(make)).Value.WaitAsync(cancellationToken);

    /// <summary>Forgets it, so that the next caller makes it again; returns null if none was made, or it failed.</summary>
    public T? Take(string role) =>
        made.TryRemove(role, out var making) && making.IsValueCreated && making.Value.IsCompletedSuccessfully ? making.Value.Result : null;
}

/// <param name="Before">The cluster before the change.</param>
/// <param name="After">The cluster with the changed tree.</param>
internal sealed record ChangedCluster(LiveCluster Before, LiveCluster After);

public sealed class OncePerClusterTests
{
    private static CancellationToken Token => TestContext.CurrentContext.CancellationToken;

    [Test]
    public async Task It_is_created_on_first_use_and_again_after_it_was_taken()
    {
        var (once, made) = (new OncePerCluster<string>(), 0);
        (await Ask()).ShouldBe("delivery 1");
        (await Ask()).ShouldBe("delivery 1");

        once.Take("infra").ShouldBe("delivery 1");
        once.Take("infra").ShouldBeNull();
        (await Ask()).ShouldBe("delivery 2");

        Task<string> Ask() => once.Of("infra", () => Task.FromResult($"delivery {++made}"), Token);
    }

    [Test]
    public async Task A_failure_is_kept_until_it_is_taken()
    {
        var once = new OncePerCluster<string>();
        await Should.ThrowAsync<IOException>(once.Of("infra", () => Task.FromException<string>(new IOException()), Token));
        await Should.ThrowAsync<IOException>(once.Of("infra", () => Task.FromResult("delivered"), Token));

        once.Take("infra").ShouldBeNull();
        (await once.Of("infra", () => Task.FromResult("delivered"), Token)).ShouldBe("delivered");
    }

    [Test]
    public async Task A_caller_that_is_cancelled_leaves_it_to_the_others()
    {
        var once = new OncePerCluster<string>();
        var delivery = new TaskCompletionSource<string>();
        using var cancelled = new CancellationTokenSource();
        var first = once.Of("infra", () => delivery.Task, cancelled.Token);
        await cancelled.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(first);

        delivery.SetResult("delivered");
        (await once.Of("infra", () => Task.FromResult("another"), Token)).ShouldBe("delivered");
    }
}
