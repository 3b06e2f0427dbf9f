using System.Globalization;
using System.Text;

namespace PlatformGitOps.Controller.Metrics;

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
