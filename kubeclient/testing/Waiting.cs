namespace PlatformGitOps.KubeClient.Testing;

/// <summary>Waits for what a test brought about elsewhere.</summary>
public static class Waiting
{
    /// <summary>Looks every 20 ms, and at every change of the store, until the condition holds or the token ends the wait.</summary>
    public static async Task WaitForAsync(this ObjectStore store, Func<bool> condition, CancellationToken cancellationToken)
    {
        while (!condition())
        {
            await Task.WhenAny(store.Changed, Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }
    }
}
