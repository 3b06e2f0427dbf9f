namespace PlatformGitOps.Acceptance.Sabotage;

/// <summary>A small change to the rendered tree that exactly one criterion has to notice.</summary>
/// <param name="Name">The change in a few words.</param>
/// <param name="Check">The id of the check that fails. No check of another criterion may fail.</param>
/// <param name="ExpectedMessage">A part of the check's message, so that it fails for this reason.</param>
public sealed record StaticSabotage(string Name, string Check, string ExpectedMessage, Action<SabotagedTree> Apply)
{
    public string Criterion => Check.Split('.')[0];

    /// <summary>The name of the fixture whose first cluster it changes; null for the sample with the check's part switched on.</summary>
    public string? Definition { get; init; }

    public override string ToString() => Name;
}

/// <summary>A small change to a running cluster that one check has to notice, and the way back.</summary>
/// <param name="Check">The id of the check whose live part fails.</param>
/// <param name="ExpectedMessage">A part of its message.</param>
public sealed record LiveSabotage(
    string Name,
    string Check,
    string ExpectedMessage,
    Func<LiveCluster, CancellationToken, Task> Do,
    Func<LiveCluster, CancellationToken, Task> Undo)
{
    /// <summary>Ids of checks that may fail as well, and why.</summary>
    public IReadOnlyDictionary<string, string> Companions { get; init; } = new Dictionary<string, string>();

    /// <summary>Can be noticed only where the network plugin enforces policies.</summary>
    public bool NeedsEnforcement { get; init; }

    /// <summary>Whether the drift report shows it; false where it changes an object that the tree does not deliver.</summary>
    public bool IsDrift { get; init; } = true;

    /// <summary>The same sabotage, with checks that may fail as well.</summary>
    public LiveSabotage With(string because, params IEnumerable<string> companions) =>
        this with { Companions = Companions.Concat(companions.Select(id => KeyValuePair.Create(id, because))).ToDictionary() };

    /// <summary>
    /// A sabotage that restores what was there. The old state is read before anything is changed, so that a change that fails half way
    /// is undone too.
    /// </summary>
    public static LiveSabotage Restoring<T>(
        string name,
        string check,
        string expectedMessage,
        Func<LiveCluster, CancellationToken, Task<T>> read,
        Func<LiveCluster, T, CancellationToken, Task> change,
        Func<LiveCluster, T, CancellationToken, Task> restore)
        where T : class
    {
        T? before = null;
        return new LiveSabotage(
            name,
            check,
            expectedMessage,
            async (cluster, token) =>
            {
                before = null;
                before = await read(cluster, token);
                await change(cluster, before, token);
            },
            (cluster, token) => before is null ? Task.CompletedTask : restore(cluster, before, token));
    }

    /// <summary>Changes a field of an object, and sets it back.</summary>
    /// <param name="after">Awaited after both.</param>
    public static LiveSabotage Changed(
        string name, string check, string expectedMessage, ResourceAddress address, string path, Func<JsonNode, JsonNode> change,
        Func<LiveCluster, CancellationToken, Task>? after = null)
    {
        return Restoring(
            name,
            check,
            expectedMessage,
            async (cluster, token) => (await cluster.Require(address, token)).At(path)!,
            (cluster, before, token) => Put(cluster, change(before.DeepClone()), token),
            (cluster, before, token) => Put(cluster, before.DeepClone(), token));

        async Task Put(LiveCluster cluster, JsonNode value, CancellationToken token)
        {
            await cluster.Api.Patch(address, JsonPath.Patch(path, value), token);
            await (after?.Invoke(cluster, token) ?? Task.CompletedTask);
        }
    }

    /// <summary>Deletes an object, and applies it again.</summary>
    public static LiveSabotage Deleted(string name, string check, string expectedMessage, ResourceAddress address) => Restoring(
        name,
        check,
        expectedMessage,
        (cluster, token) => cluster.Require(address, token),
        (cluster, _, token) => cluster.Api.Delete(address, null, token),
        (cluster, before, token) => cluster.Api.Apply(address.Kind, before.AsWritten(), token));

    public override string ToString() => Name;
}
