namespace PlatformGitOps.Controller.Geo;

/// <summary>
/// The zones as this instance's CoreDNS has them. A folder that cannot be written concerns this CoreDNS alone: the instance goes on
/// deciding and writing the ConfigMap, for which it needs no folder. If it gave the Lease up, and no other one could write its folder
/// either, nobody would decide.
/// </summary>
internal sealed class ServedZones(ZoneFolder folder, GeoOptions options, GeoMetrics metrics, TimeProvider time, ILogger log)
{
    private string? _serial;
    private int _failures;
    private long _nextWrite = time.GetTimestamp();

    /// <summary>CoreDNS has zones, be they the last ones or older.</summary>
    public bool Any => Volatile.Read(ref _serial) is not null;

    /// <summary>Writes the files where the serial is another one. After a failure it waits, longer each time.</summary>
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

/// <summary>The folder that CoreDNS reads its zones from.</summary>
internal sealed class ZoneFolder(string path)
{
    /// <summary>Writes each file whole under its name, so that CoreDNS never reads half of one; the weights before the zones.</summary>
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
