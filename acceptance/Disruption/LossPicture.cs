using System.Text.Json.Serialization;
using PlatformGitOps.Dns.Client;

namespace PlatformGitOps.Acceptance.Disruption;

/// <summary>
/// Latency and losses over time, in slices of equal length, for the chart of a disruption: a run has far more queries than the chart has
/// columns.
/// </summary>
public sealed record LossPicture
{
    /// <summary>The number of slices of a disruption.</summary>
    public const int Columns = 250;

    public required DateTimeOffset From { get; init; }

    public required DateTimeOffset To { get; init; }

    public required IReadOnlyList<LossLane> Lanes { get; init; }

    public static LossPicture Of(Timeline timeline)
    {
        var width = (timeline.To - timeline.From) / Columns;
        return new LossPicture
        {
            From = timeline.From,
            To = timeline.To,
            Lanes =
            [
                .. timeline.Queries.GroupBy(query => query.Via).OrderBy(group => group.Key).Select(group =>
                    new LossLane(group.Key, width <= TimeSpan.Zero ? [] : LossSlice.Of(group, timeline.From, width))),
            ],
        };
    }
}

/// <summary>The slices of one transport in order of time, without empty ones.</summary>
public sealed record LossLane(
    DnsTransportKind Via, [property: JsonConverter(typeof(LossSliceConverter))] IReadOnlyList<LossSlice> Slices);

/// <summary>The queries of one transport that were sent in one slice of time.</summary>
public sealed record LossSlice
{
    /// <summary>From 0; the very last query may be in slice <see cref="LossPicture.Columns"/>.</summary>
    public required int Index { get; init; }

    /// <summary>The median latency of answered queries; null if none was answered.</summary>
    public required TimeSpan? P50 { get; init; }

    public required TimeSpan? Slowest { get; init; }

    public required int Queries { get; init; }

    public required int Retried { get; init; }

    public required int Failed { get; init; }

    public static IReadOnlyList<LossSlice> Of(IEnumerable<ClientQuery> queries, DateTimeOffset from, TimeSpan width) =>
        [.. queries.GroupBy(q => (int)((q.At - from) / width)).OrderBy(g => g.Key).Select(g => Of(g.Key, [.. g]))];

    private static LossSlice Of(int index, ClientQuery[] queries)
    {
        var waits = queries.Where(q => !q.Failed).Select(q => q.Elapsed).Order().ToArray();
        return new LossSlice
        {
            Index = index,
            P50 = waits.Length == 0 ? null : LossAnalysis.Percentile(waits, 0.5),
            Slowest = waits.Length == 0 ? null : waits[^1],
            Queries = queries.Length,
            Retried = queries.Count(q => q.Retried),
            Failed = queries.Count(q => q.Failed),
        };
    }
}

/// <summary>
/// Writes all slices of a lane as one text, because a run has thousands: index, median and slowest in microseconds (- without answers),
/// queries, and, if one of them is not 0, retried and failed.
/// </summary>
public sealed class LossSliceConverter : JsonConverter<IReadOnlyList<LossSlice>>
{
    public override IReadOnlyList<LossSlice> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text = reader.GetString() ?? "";
        return [.. text.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(Parse)];
    }

    public override void Write(Utf8JsonWriter writer, IReadOnlyList<LossSlice> value, JsonSerializerOptions options) =>
        writer.WriteStringValue(string.Join(';', value.Select(Text)));

    private static string Text(LossSlice slice) => FormattableString.Invariant(
        $"{slice.Index} {Micros(slice.P50)} {Micros(slice.Slowest)} {slice.Queries}")
        + (slice.Retried + slice.Failed == 0 ? "" : FormattableString.Invariant($" {slice.Retried} {slice.Failed}"));

    private static LossSlice Parse(string text)
    {
        var words = text.Split(' ');
        if (words.Length is not (4 or 6))
        {
            throw new JsonException($"the slice '{text}' has {words.Length} figures, and not 4 or 6");
        }

        return new LossSlice
        {
            Index = Number(words[0]),
            P50 = Time(words[1]),
            Slowest = Time(words[2]),
            Queries = Number(words[3]),
            Retried = words.Length == 6 ? Number(words[4]) : 0,
            Failed = words.Length == 6 ? Number(words[5]) : 0,
        };

        int Number(string word) => int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : throw new JsonException($"'{word}' of the slice '{text}' is not a number");

        TimeSpan? Time(string word) => word == "-" ? null : TimeSpan.FromMicroseconds(Number(word));
    }

    private static string Micros(TimeSpan? time) =>
        time is { } known ? known.TotalMicroseconds.ToString("0", CultureInfo.InvariantCulture) : "-";
}
