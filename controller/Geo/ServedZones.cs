namespace PlatformGitOps.Controller.Geo;

/// <summary>
/// The zone files of this instance's CoreDNS. A folder that is not writable only affects this CoreDNS: the instance still decides and
/// writes the ConfigMap. If it released the Lease and others could not write their folder either, nobody would decide.
/// </summary>
internal sealed class ServedZones(ZoneFolder folder, GeoOptions options, GeoMetrics metrics, TimeProvider time, ILogger log)
{
    private string? _serial;
    private int _failures;
    private long _nextWrite = time.GetTimestamp();

    /// <summary>CoreDNS has zones, current or older ones.</summary>
    public bool HasZones => Volatile.Read(ref _serial) is not null;

    /// <summary>Writes the files if the serial has changed; after a failure with increasing back-off.</summary>
    public void Serve(V1ConfigMap? current)
    {
        if (current?.Data is not { } files || !files.TryGetValue(ZoneText.SerialKey, out var serial) || serial == _serial
            || !ZoneText.Views(options).All(view => files.ContainsKey(ZoneText.ZoneFile(view)))
            || time.GetTimestamp() < _nextWrite)
        {
            return;
        }

        try
        {
            folder.Write(files);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            metrics.Files.Increment(("result", "failure"));
            Log.GeoNotServed(log, serial, e.Message);
            var wait = Backoff.Delay(++_failures, Random.Shared.NextDouble());
            _nextWrite = time.GetTimestamp() + (long)(wait.TotalSeconds * time.TimestampFrequency);
            return;
        }

        _failures = 0;
        Volatile.Write(ref _serial, serial);
        metrics.Files.Increment(("result", "success"));
        metrics.Serial.Set(uint.TryParse(serial, out var number) ? number : 0);
        Log.GeoServed(log, serial);
    }
}

/// <summary>The folder with the zone files of CoreDNS.</summary>
internal sealed class ZoneFolder(string path)
{
    /// <summary>Replaces each file atomically, so that CoreDNS never reads a partial one; weights before zones.</summary>
    public void Write(IDictionary<string, string> files)
    {
        Directory.CreateDirectory(path);
        foreach (var (name, text) in files.OrderBy(file => file.Key == ZoneText.WeightsFile ? 0 : 1))
        {
            var file = Path.Combine(path, Path.GetFileName(name));
            File.WriteAllText(file + ".new", text);
            File.Move(file + ".new", file, overwrite: true);
        }
    }
}
