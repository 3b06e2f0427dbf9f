namespace PlatformGitOps.Generator.Lint;

/// <summary>The schedule of a CronJob, which the API server parses with robfig/cron v3 (<c>ParseStandard</c>).</summary>
internal static partial class CronSchedule
{
    private const string Star = "*", Any = "?";

    private static readonly string[] Months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    private static readonly string[] Days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    private static readonly (string Name, int Least, int Most, string[] Words)[] Fields =
    [
        ("minute", 0, 59, []), ("hour", 0, 23, []), ("day of the month", 1, 31, []), ("month", 1, 12, Months),
        ("day of the week", 0, 6, Days),
    ];

    private static readonly string[] Shorthands =
        ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];

    /// <summary>What is wrong with it, after "the schedule '…'"; null if it is valid.</summary>
    public static string? Problem(string schedule)
    {
        // A text with '@' is used unchanged, with blanks and line ends.
        var text = schedule;
        // Refused since Kubernetes 1.29, except in an object that already has it.
        if (text.StartsWith("TZ=", StringComparison.Ordinal) || text.StartsWith("CRON_TZ=", StringComparison.Ordinal))
        {
            text = text.IndexOf(' ', StringComparison.Ordinal) is var blank and > 0 ? text[blank..].Trim() : "";
        }

        if (text.StartsWith('@'))
        {
            return Shorthands.Contains(text) || Every().IsMatch(text) ? null
                : $"is not one of {string.Join(", ", Shorthands)} and @every with a duration such as 90m";
        }

        var written = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return written.Length != Fields.Length ? $"has {ListText.Count(written.Length, "field")}; {Fields.Length} are expected"
            : Fields.Zip(written).SelectMany(pair => pair.Second.Split(',', StringSplitOptions.RemoveEmptyEntries)
                .Select(part => Problem(part, pair.First))).FirstOrDefault(problem => problem is not null);
    }

    /// <summary>Checks one of the parts between commas.</summary>
    private static string? Problem(string part, (string Name, int Least, int Most, string[] Words) field)
    {
        var steps = part.Split('/');
        var bounds = steps[0].Split('-');
        var isAll = bounds[0] is Star or Any;
        int? from = isAll ? field.Least : Number(bounds[0]), to = isAll ? field.Most : Number(bounds[^1]);
        return steps.Length > 2 || (bounds.Length > 2 && !isAll) || from is null || to is null
            ? $"has {field.Name} '{part}', which is neither a number nor a range"
            : from < field.Least || to > field.Most ? $"has {field.Name} '{part}', which is not within {field.Least} to {field.Most}"
            : from > to ? $"has {field.Name} '{part}', a range that ends before it begins"
            : steps.Length == 2 && Whole(steps[1]) is null or 0
                ? $"has {field.Name} '{part}', whose step is not a number above 0"
            : null;

        int? Number(string word) => Array.IndexOf(field.Words, word.ToLowerInvariant()) is var at and >= 0 ? field.Least + at
            : Whole(word);
    }

    private static int? Whole(string word) =>
        int.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= 0 ? number : null;

    /// <summary>Go's syntax of durations.</summary>
    [GeneratedRegex(@"^@every [+-]?(0|((\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h))+)\z")]
    private static partial Regex Every();
}
