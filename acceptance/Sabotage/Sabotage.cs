namespace PlatformGitOps.Acceptance.Sabotage;

/// <summary>A small change of the rendered tree that exactly one criterion must detect.</summary>
/// <param name="Name">The change in a few words.</param>
/// <param name="Check">The id of the check that fails. No check of another criterion may fail.</param>
/// <param name="ExpectedMessage">The expected part of the check's message.</param>
public sealed record StaticSabotage(string Name, string Check, string ExpectedMessage, Action<SabotagedTree> Apply)
{
    public string Criterion => Check.Split('.')[0];

    /// <summary>The name of the fixture whose first cluster is changed; null for the sample with the check's feature.</summary>
    public string? Definition { get; init; }

    public override string ToString() => Name;
}

/// <summary>A small change of a running cluster that one check must detect, and how to undo it.</summary>
/// <param name="Check">The id of the check that fails.</param>
/// <param name="ExpectedMessage">The expected part of its message.</param>
public sealed record LiveSabotage(
    string Name,
    string Check,
    string ExpectedMessage,
    Func<LiveCluster, CancellationToken, Task> Do,
    Func<LiveCluster, CancellationToken, Task> Undo)
{
    /// <summary>Ids of checks that may fail too, and why.</summary>
    public IReadOnlyDictionary<string, string> Companions { get; init; } = new Dictionary<string, string>();

    /// <summary>True if it only has an effect with a network plugin that enforces policies.</summary>
    public bool NeedsEnforcement { get; init; }

    /// <summary>True if the drift report shows it; false if it changes an object that the tree does not deliver.</summary>
    public bool IsDrift { get; init; } = true;

    /// <summary>A copy with checks that may fail too.</summary>
    public LiveSabotage With(string because, params IEnumerable<string> companions) =>
        this with { Companions = Companions.Concat(companions.Select(id => KeyValuePair.Create(id, because))).ToDictionary() };

    /// <summary>
    /// A sabotage that restores the old state. It reads that state before the change, so that a partial change is undone too.
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

    /// <summary>Changes a field of an object, and restores it.</summary>
    /// <param name="after">Awaited after the change and after the restore.</param>
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

    /// <summary>Deletes an object, and restores it.</summary>
    public static LiveSabotage Deleted(string name, string check, string expectedMessage, ResourceAddress address) => Restoring(
        name,
        check,
        expectedMessage,
        (cluster, token) => cluster.Require(address, token),
        (cluster, _, token) => cluster.Api.Delete(address, null, token),
        (cluster, before, token) => cluster.Api.Apply(address.Kind, before.AsWritten(), token));

    public override string ToString() => Name;
}
