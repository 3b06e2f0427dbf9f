using System.Text.Json.Nodes;
using k8s;
using PlatformGitOps.Controller.Metrics;

namespace PlatformGitOps.Controller.Geo;

/// <summary>The zones' ConfigMap: its last seen version, and writes to it with back-off after failures.</summary>
internal sealed class ZonesWriter(
    ApiClient client, ObjectName zones, GeoOptions options, GeoMetrics metrics, ControllerMetrics common, TimeProvider time, ILogger log)
{
    private const int LargestData = 900_000;

    private readonly Lock _lock = new();
    private V1ConfigMap? _current;
    private int _failures;
    private long _nextWrite = time.GetTimestamp();

    public V1ConfigMap? Current
    {
        get
        {
            lock (_lock)
            {
                return _current;
            }
        }
    }

    /// <summary>True after the back-off of the last failure.</summary>
    public bool MayWrite => time.GetTimestamp() >= Interlocked.Read(ref _nextWrite);

    public void Observe(V1ConfigMap item)
    {
        lock (_lock)
        {
            _current = item;
        }
    }

    /// <summary>Writes changed zones. Not thread-safe.</summary>
    /// <param name="seen">The ConfigMap at the time of the decision.</param>
    /// <param name="answers">The answers for the zones.</param>
    /// <param name="cancellationToken">Cancels the writing.</param>
    public async Task WriteAsync(V1ConfigMap? seen, GeoAnswers answers, CancellationToken cancellationToken)
    {
        var current = seen ?? throw new IOException($"ConfigMap {zones} is missing: let Flux deliver layer geo-dns");
        var old = current.Data ?? new Dictionary<string, string>();
        var before = old.TryGetValue(ZoneText.SerialKey, out var text) && uint.TryParse(text, out var serial) ? serial : 0;
        var same = ZoneText.Files(options, answers, before);
        if (same.Count == old.Count && same.All(file => old.TryGetValue(file.Key, out var kept) && kept == file.Value))
        {
            return;
        }

        var files = ZoneText.Files(options, answers, ZoneText.NextSerial(before, time.GetUtcNow()));
        if (files.Sum(file => (long)file.Value.Length) > LargestData)
        {
            throw new IOException($"the zones with {answers.Names.Length} names have more than {LargestData} bytes, too many for "
                + $"ConfigMap {zones}: divide the zone");
        }

        var data = new JsonObject();
        foreach (var (name, content) in files)
        {
            data[name] = content;
        }

        foreach (var gone in old.Keys.Where(name => !files.ContainsKey(name)))
        {
            data[gone] = null;
        }

        // On exactly the version that was read: the second of two writers gets a conflict and decides again.
        var patch = new JsonObject
        {
            ["metadata"] = new JsonObject { ["resourceVersion"] = current.Metadata.ResourceVersion },
            ["data"] = data,
        };
        var written = await client.CallAsync(
            (api, token) => api.CoreV1.PatchNamespacedConfigMapAsync(
                new V1Patch(patch.ToJsonString(), V1Patch.PatchType.MergePatch), zones.Name, zones.Namespace, cancellationToken: token),
            cancellationToken);
        lock (_lock)
        {
            _current = _current?.Metadata.ResourceVersion == current.Metadata.ResourceVersion ? written : _current;
        }

        Interlocked.Exchange(ref _failures, 0);
        metrics.Writes.Increment(("result", "success"));
        Log.GeoWritten(log, zones, files[ZoneText.SerialKey]);
    }

    /// <summary>A pass or write failed: starts a back-off of writes.</summary>
    public void RecordFailure(Exception failure)
    {
        metrics.Writes.Increment(("result", "failure"));
        Log.GeoWriteFailed(log, zones, failure.Message);
        if (failure is not (ApiException or HttpRequestException or IOException or TimeoutException))
        {
            common.InternalErrors.Increment(("component", "geo"));
            Log.InternalError(log, "geo", zones.ToString(), failure);
        }

        var wait = Backoff.Delay(Interlocked.Increment(ref _failures), Random.Shared.NextDouble());
        Interlocked.Exchange(ref _nextWrite, time.GetTimestamp() + (long)(wait.TotalSeconds * time.TimestampFrequency));
    }
}
