using System.Globalization;
using System.Text.Json.Nodes;

namespace PlatformGitOps.Controller.Testing;

/// <summary>A change, as a watch reports it.</summary>
public sealed record StoredEvent(long Version, string Type, string Plural, JsonObject Item);

/// <summary>Stores objects with their versions, and the history for watches.</summary>
public sealed class ObjectStore
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, JsonObject> _objects = new(StringComparer.Ordinal);
    private readonly List<StoredEvent> _history = [];
    private TaskCompletionSource _changed = NewSignal();
    private long _version = 100;
    private long _compacted = 100;

    public long Version
    {
        get
        {
            lock (_lock)
            {
                return _version;
            }
        }
    }

    /// <summary>Completes at the next change.</summary>
    public Task Changed
    {
        get
        {
            lock (_lock)
            {
                return _changed.Task;
            }
        }
    }

    /// <summary>Stores a copy with a new resourceVersion, and a uid if it has none. Returns the stored copy.</summary>
    public JsonObject Put(string plural, JsonObject item)
    {
        lock (_lock)
        {
            var copy = item.DeepClone().AsObject();
            var meta = Metadata(copy);
            var key = KeyOf(plural, copy);
            var existed = _objects.TryGetValue(key, out var old);
            meta["uid"] ??= old is null ? Guid.NewGuid().ToString() : Metadata(old)["uid"]?.DeepClone();
            meta["creationTimestamp"] ??= "2026-01-01T00:00:00Z";
            meta["resourceVersion"] = (++_version).ToString(CultureInfo.InvariantCulture);
            _objects[key] = copy;
            Record(new StoredEvent(_version, existed ? "MODIFIED" : "ADDED", plural, copy.DeepClone().AsObject()));
            return copy.DeepClone().AsObject();
        }
    }

    public JsonObject? Find(string plural, string? ns, string name)
    {
        lock (_lock)
        {
            return _objects.TryGetValue(Key(plural, ns, name), out var item) ? item.DeepClone().AsObject() : null;
        }
    }

    public JsonObject? Remove(string plural, string? ns, string name)
    {
        lock (_lock)
        {
            if (!_objects.Remove(Key(plural, ns, name), out var item))
            {
                return null;
            }

            Metadata(item)["resourceVersion"] = (++_version).ToString(CultureInfo.InvariantCulture);
            Record(new StoredEvent(_version, "DELETED", plural, item.DeepClone().AsObject()));
            return item;
        }
    }

    public IReadOnlyList<JsonObject> List(string plural, string? ns) => Page(plural, ns, _ => true, 0, int.MaxValue).Items;

    /// <summary>Copies of at most <paramref name="limit"/> selected objects, and the number of remaining ones.</summary>
    public (IReadOnlyList<JsonObject> Items, int Remaining) Page(
        string plural, string? ns, Func<JsonObject, bool> selected, int offset, int limit)
    {
        lock (_lock)
        {
            var prefix = ns is null ? $"{plural}/" : $"{plural}/{ns}/";
            var ofKind = _objects.Where(o => o.Key.StartsWith(prefix, StringComparison.Ordinal)).Select(o => o.Value);
            var all = ofKind.Where(selected).ToArray();
            JsonObject[] page = [.. all.Skip(offset).Take(limit).Select(item => item.DeepClone().AsObject())];
            return (page, all.Length - offset - page.Length);
        }
    }

    /// <summary>Deletes the history: watches from older versions get 410.</summary>
    public void Compact()
    {
        lock (_lock)
        {
            _history.Clear();
            _compacted = ++_version;
        }
    }

    /// <summary>Restores the state of a version, like an etcd snapshot: later objects, versions and history are lost.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The history does not contain the version.</exception>
    public void Restore(long version)
    {
        lock (_lock)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(version, _compacted);
            var kept = _history.TakeWhile(change => change.Version <= version).ToLookup(KeyOf);
            foreach (var key in _history.Where(change => change.Version > version).Select(KeyOf).Distinct())
            {
                _objects.Remove(key);
                if (kept[key].LastOrDefault() is { Type: not "DELETED", Item: var item })
                {
                    _objects[key] = item.DeepClone().AsObject();
                }
            }

            _history.RemoveAll(change => change.Version > version);
            _version = version;
        }
    }

    public bool IsCompacted(long version)
    {
        lock (_lock)
        {
            return version < _compacted;
        }
    }

    /// <summary>Null if the version is older than the history.</summary>
    public IReadOnlyList<StoredEvent>? Since(long version)
    {
        lock (_lock)
        {
            return version < _compacted ? null : [.. _history.Where(e => e.Version > version)];
        }
    }

    private static JsonObject Metadata(JsonObject item) => item["metadata"]!.AsObject();

    private static string KeyOf(StoredEvent change) => KeyOf(change.Plural, change.Item);

    private static string KeyOf(string plural, JsonObject item) =>
        Key(plural, Metadata(item)["namespace"]?.GetValue<string>(), Metadata(item)["name"]!.GetValue<string>());

    private static string Key(string plural, string? ns, string name) => $"{plural}/{ns}/{name}";

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Record(StoredEvent change)
    {
        _history.Add(change);
        var signal = _changed;
        _changed = NewSignal();
        signal.SetResult();
    }
}

/// <summary>Applies merge patches as the API server does.</summary>
public static class Patching
{
    /// <summary>RFC 7396; with <paramref name="byType"/> lists of objects with a type are merged by it, as for pod conditions.</summary>
    public static JsonObject Merge(JsonObject target, JsonObject patch, bool byType = false)
    {
        foreach (var (key, value) in patch)
        {
            target[key] = (target[key], value) switch
            {
                (_, null) => null,
                (JsonObject old, JsonObject change) => Merge(old.DeepClone().AsObject(), change, byType),
                (_, JsonObject change) => Merge([], change, byType),
                (JsonArray old, JsonArray change) when byType => MergeByType(old, change),
                _ => value.DeepClone(),
            };
            if (value is null)
            {
                target.Remove(key);
            }
        }

        return target;
    }

    private static JsonArray MergeByType(JsonArray old, JsonArray change)
    {
        var changed = change.OfType<JsonObject>().ToDictionary(c => c["type"]!.GetValue<string>());
        var kept = old.OfType<JsonObject>().Where(o => !changed.ContainsKey(o["type"]!.GetValue<string>()));
        return [.. kept.Concat(changed.Values).Select(o => o.DeepClone())];
    }
}
