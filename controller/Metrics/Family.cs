using System.Collections.Concurrent;
using System.Text;

namespace PlatformGitOps.Controller.Metrics;

/// <summary>A counter or gauge with all its label sets. Beyond a limit, new label sets share one series.</summary>
internal sealed class Family(string name, string type, string help)
{
    /// <summary>Six series for each of some 1,600 Services. Label sets beyond it are counted in the series without labels.</summary>
    private const int MaxSeries = 10_000;

    private readonly ConcurrentDictionary<string, Cell> _cells = new(StringComparer.Ordinal);

    public void Add(double amount, params ReadOnlySpan<(string Name, string Value)> labels) => CellOf(Labels.Of(labels)).Add(amount);

    public void Increment(params ReadOnlySpan<(string Name, string Value)> labels) => CellOf(Labels.Of(labels)).Add(1);

    public void Set(double value, params ReadOnlySpan<(string Name, string Value)> labels) => CellOf(Labels.Of(labels)).Set(value);

    public void Remove(params ReadOnlySpan<(string Name, string Value)> labels) => _cells.TryRemove(Labels.Of(labels), out _);

    public double Value(params ReadOnlySpan<(string Name, string Value)> labels) =>
        _cells.TryGetValue(Labels.Of(labels), out var cell) ? cell.Value : 0;

    internal void Write(StringBuilder text)
    {
        text.Append("# HELP ").Append(name).Append(' ').Append(help).Append('\n');
        text.Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
        foreach (var (labels, cell) in _cells.OrderBy(c => c.Key, StringComparer.Ordinal))
        {
            text.Append(name).Append(labels.Length == 0 ? "" : "{" + labels + "}");
            text.Append(' ').Append(cell.Value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
        }
    }

    private Cell CellOf(string labels)
    {
        if (_cells.TryGetValue(labels, out var cell))
        {
            return cell;
        }

        return _cells.GetOrAdd(_cells.Count < MaxSeries ? labels : "", _ => new Cell());
    }

    private sealed class Cell
    {
        private double _value;

        public double Value => Volatile.Read(ref _value);

        public void Set(double value) => Volatile.Write(ref _value, value);

        public void Add(double amount)
        {
            double seen;
            do
            {
                seen = Value;
            }
            while (!Interlocked.CompareExchange(ref _value, seen + amount, seen).Equals(seen));
        }
    }
}

/// <summary>Label pairs in the exposition format; this text is also their key.</summary>
internal static class Labels
{
    public static string Of(params ReadOnlySpan<(string Name, string Value)> pairs)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in pairs)
        {
            text.Append(text.Length == 0 ? "" : ",").Append(name).Append("=\"").Append(Escape(value)).Append('"');
        }

        return text.ToString();
    }

    private static string Escape(string value) => value
        .Replace("\\", "\\\\")
        .Replace("\"", "\\\"")
        .Replace("\n", "\\n");
}

/// <summary>A histogram with one label of few values.</summary>
internal sealed class Histogram(string name, string help, string label, IReadOnlyList<double> bounds)
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, Series> _series = new(StringComparer.Ordinal);

    public void Observe(string value, TimeSpan duration)
    {
        var seconds = duration.TotalSeconds;
        lock (_lock)
        {
            if (!_series.TryGetValue(value, out var series))
            {
                _series[value] = series = new Series(new long[bounds.Count + 1]);
            }

            var bucket = 0;
            while (bucket < bounds.Count && seconds > bounds[bucket])
            {
                bucket++;
            }

            series.Buckets[bucket]++;
            series.Sum += seconds;
        }
    }

    internal void Write(StringBuilder text)
    {
        text.Append("# HELP ").Append(name).Append(' ').Append(help).Append('\n');
        text.Append("# TYPE ").Append(name).Append(" histogram\n");
        lock (_lock)
        {
            foreach (var (value, series) in _series)
            {
                var count = 0L;
                for (var i = 0; i <= bounds.Count; i++)
                {
                    count += series.Buckets[i];
                    var le = i < bounds.Count ? bounds[i].ToString(CultureInfo.InvariantCulture) : "+Inf";
                    text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{{Labels.Of((label, value), ("le", le))}}} {count}\n");
                }

                text.Append(CultureInfo.InvariantCulture, $"{name}_sum{{{Labels.Of((label, value))}}} {series.Sum:R}\n");
                text.Append(CultureInfo.InvariantCulture, $"{name}_count{{{Labels.Of((label, value))}}} {count}\n");
            }
        }
    }

    private sealed class Series(long[] buckets)
    {
        public long[] Buckets { get; } = buckets;

        public double Sum { get; set; }
    }
}
