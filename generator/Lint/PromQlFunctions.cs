using System.Collections.Frozen;

namespace PlatformGitOps.Generator.Lint;

/// <summary>
/// The functions of Prometheus (functions.go, up to 3.5, including experimental ones): the types of result and arguments, s a number, v an
/// instant vector, m a range vector, t a text. Arguments after a <c>|</c> are optional; a <c>*</c> repeats the last one.
/// </summary>
internal static class PromQlFunctions
{
    private static readonly (string Shape, string Names)[] Table =
    [
        ("v:v", "abs absent acos acosh asin asinh atan atanh ceil cos cosh deg exp floor ln log10 log2 rad sgn sin sinh sort sort_desc "
            + "sqrt tan tanh timestamp histogram_avg histogram_count histogram_sum histogram_stddev histogram_stdvar"),
        ("v:m", "absent_over_time avg_over_time changes count_over_time delta deriv first_over_time idelta increase irate last_over_time "
            + "mad_over_time max_over_time min_over_time present_over_time rate resets stddev_over_time stdvar_over_time sum_over_time "
            + "ts_of_first_over_time ts_of_last_over_time ts_of_max_over_time ts_of_min_over_time"),
        ("v:|v", "day_of_month day_of_week day_of_year days_in_month hour minute month year"),
        ("v:vss", "clamp"),
        ("v:vs", "clamp_max clamp_min"),
        ("v:v|s", "round"),
        ("v:v|v", "info"),
        ("v:sv", "histogram_quantile"),
        ("v:ssv", "histogram_fraction"),
        ("v:mss", "holt_winters double_exponential_smoothing"),
        ("v:ms", "predict_linear"),
        ("v:sm", "quantile_over_time"),
        ("v:vtttt", "label_replace"),
        ("v:vtt|t*", "label_join"),
        ("v:vt|t*", "sort_by_label sort_by_label_desc"),
        ("v:s", "vector"),
        ("s:v", "scalar"),
        ("s:", "pi time"),
    ];

    /// <summary>By name.</summary>
    public static readonly FrozenDictionary<string, (char Result, string Arguments, int Required, bool Repeats)> All = Table
        .SelectMany(row => row.Names.Split(' ').Select(name => (Name: name, Of: Read(row.Shape)))).ToFrozenDictionary(row => row.Name,
            row => row.Of, StringComparer.Ordinal);

    private static (char, string, int, bool) Read(string shape)
    {
        var arguments = shape[2..].TrimEnd('*').Replace("|", "");
        var optional = shape.IndexOf('|', StringComparison.Ordinal) is var bar and >= 0 ? bar - 2 : arguments.Length;
        return (shape[0], arguments, optional, shape.EndsWith('*'));
    }
}
