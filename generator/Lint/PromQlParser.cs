using System.Collections.Frozen;
using System.Collections.Immutable;
using PlatformGitOps.Generator.Flux;

namespace PlatformGitOps.Generator.Lint;

/// <summary>
/// PromQL with its types (prometheus/promql/parser, generated_parser.y and parse.go). Where Prometheus 2.42 and 3.5 differ, what either of
/// them takes is taken.
/// </summary>
internal sealed class PromQlParser(string expression)
{
    private const int MaximumDepth = 100;

    private static readonly FrozenSet<string> Aggregations = FrozenSet.ToFrozenSet(
        ["sum", "avg", "count", "min", "max", "group", "stddev", "stdvar", "topk", "bottomk", "count_values", "quantile", "limitk",
            "limit_ratio"], StringComparer.OrdinalIgnoreCase);

    /// <summary>Words that cannot be the name of a metric.</summary>
    private static readonly FrozenSet<string> Reserved = FrozenSet.ToFrozenSet(
        ["bool", "on", "ignoring", "group_left", "group_right", "atan2"], StringComparer.OrdinalIgnoreCase);

    private static readonly string[][] Levels =
    [
        ["or"], ["and", "unless"], ["==", "!=", "<=", "<", ">=", ">"], ["+", "-"], ["*", "/", "%", "atan2"], ["^"],
    ];

    private readonly ImmutableArray<PromQl.Selector>.Builder selectors = ImmutableArray.CreateBuilder<PromQl.Selector>();
    private readonly ImmutableArray<string>.Builder labels = ImmutableArray.CreateBuilder<string>();
    private readonly ImmutableArray<double>.Builder thresholds = ImmutableArray.CreateBuilder<double>();
    private List<PromQlToken> tokens = [];
    private int at;
    private int depth;
    private bool divides;
    private bool quantile;
    private bool hundred;
    private bool labelled;

    private enum Type
    {
        Scalar,
        Vector,
        Range,
        Text,
    }

    /// <summary>The type of a part, and what may follow it.</summary>
    private readonly record struct Part(Type Type, bool IsSelector = false, bool IsOffset = false);

    private PromQlToken Current => tokens[at];

    private PromQlToken Following => tokens[Math.Min(at + 1, tokens.Count - 1)];

    public PromQl Parse()
    {
        string? problem = null;
        try
        {
            tokens = PromQlLexer.Read(expression);
            if (Current.Kind == PromQlKind.End)
            {
                throw new PromQlException("it is empty");
            }

            // An alert or a recording that is a range or a text is never evaluated, although promtool takes it.
            var type = Binary(0).Type;
            problem = Current.Kind != PromQlKind.End ? Unexpected()
                : type is Type.Range or Type.Text ? $"{Spoken(type)} cannot be evaluated as a rule" : null;
        }
        catch (PromQlException exception)
        {
            problem = exception.Message;
        }

        return new PromQl
        {
            Problem = problem,
            Selectors = selectors.ToImmutable(),
            GroupingLabels = labels.ToImmutable(),
            Divides = divides,
            HasQuantile = quantile,
            IsPercentage = hundred,
            SetsLabels = labelled,
            Thresholds = thresholds.ToImmutable(),
        };
    }

    private static string Spoken(Type type) =>
        type switch { Type.Scalar => "a number", Type.Vector => "an instant vector", Type.Range => "a range vector", _ => "a text" };

    private static PromQlException Wrong(string message) => new(message);

    private string Unexpected() => Current switch
    {
        { Kind: PromQlKind.End } => at > 0 ? $"nothing follows '{tokens[at - 1].Text}'" : "it is empty",
        { Kind: PromQlKind.Sign, Text: ")" or "}" or "]" } => $"a '{Current.Text}' closes nothing",
        _ => $"'{Current.Text}' does not belong there",
    };

    private bool Take(string sign)
    {
        if (!Current.Is(sign))
        {
            return false;
        }

        at++;
        return true;
    }

    private bool TakeWord(string word)
    {
        if (!Current.IsWord(word))
        {
            return false;
        }

        at++;
        return true;
    }

    private void Need(string sign)
    {
        if (!Take(sign))
        {
            throw Wrong(Current.Kind == PromQlKind.End ? $"a '{sign}' is missing" : $"a '{sign}' is missing before '{Current.Text}'");
        }
    }

    private Part Binary(int level)
    {
        if (level == Levels.Length)
        {
            return Unary();
        }

        var left = Binary(level + 1);
        while (Current.Kind is PromQlKind.Sign or PromQlKind.Name
            && Levels[level].Contains(Current.Kind == PromQlKind.Name ? Current.Text.ToLowerInvariant() : Current.Text))
        {
            var sign = tokens[at++].Text.ToLowerInvariant();
            var isComparison = level == 2;
            var isSet = level < 2;
            var isBool = TakeWord("bool");
            if (isBool && !isComparison)
            {
                throw Wrong("'bool' belongs behind a comparison");
            }

            var (matches, groups) = Matching();
            divides |= sign == "/";
            if (isComparison && Current.Kind == PromQlKind.Number && PromQlLexer.Value(Current.Text) is { } threshold)
            {
                thresholds.Add(threshold);
            }

            // The power binds to the right.
            var right = Binary(sign == "^" ? level : level + 1);
            left = Combined(left.Type, right.Type, sign, (isSet, isComparison && !isBool, matches, groups));
        }

        return left;
    }

    private static Part Combined(Type left, Type right, string sign, (bool Set, bool Filters, bool Matches, bool Groups) how)
    {
        if (left is Type.Range or Type.Text || right is Type.Range or Type.Text)
        {
            throw Wrong($"'{sign}' needs numbers or instant vectors, not {Spoken(left is Type.Range or Type.Text ? left : right)}");
        }

        var both = left == Type.Vector && right == Type.Vector;
        return (both, how) switch
        {
            (false, { Set: true }) => throw Wrong($"'{sign}' needs an instant vector on both sides"),
            (false, { Matches: true }) => throw Wrong("'on' and 'ignoring' need an instant vector on both sides"),
            (true, { Set: true, Groups: true }) => throw Wrong($"'group_left' and 'group_right' cannot be used with '{sign}'"),
            _ when left == Type.Scalar && right == Type.Scalar => how.Filters
                ? throw Wrong($"a comparison of numbers needs 'bool': {sign} bool") : new Part(Type.Scalar),
            _ => new Part(Type.Vector),
        };
    }

    /// <summary>on, ignoring, group_left and group_right behind an operator.</summary>
    private (bool Matches, bool Groups) Matching()
    {
        var on = Current.IsWord("on");
        if (!on && !Current.IsWord("ignoring"))
        {
            return (false, false);
        }

        at++;
        var matched = Labels();
        labels.AddRange(on ? matched : []);
        if (!Current.IsWord("group_left") && !Current.IsWord("group_right"))
        {
            return (matched.Count > 0, false);
        }

        at++;
        var more = Current.Is("(") ? Labels() : [];
        labels.AddRange(more);
        return on && more.FirstOrDefault(matched.Contains) is { } twice
            ? throw Wrong($"the label '{twice}' is in 'on' and in 'group_left' or 'group_right'")
            : (matched.Count > 0, true);
    }

    private List<string> Labels()
    {
        Need("(");
        var names = new List<string>();
        while (!Take(")"))
        {
            names.Add(Current.Kind switch
            {
                PromQlKind.Name when !Current.Text.Contains(':', StringComparison.Ordinal) => Current.Text,
                PromQlKind.Text => Current.Text,
                _ => throw Wrong(Current.Kind == PromQlKind.End ? "a ')' is missing" : $"'{Current.Text}' is not the name of a label"),
            });
            at++;
            if (!Current.Is(")"))
            {
                Need(",");
            }
        }

        return names;
    }

    /// <summary>A sign binds as weakly as a product: -1 ^ 2 is -1.</summary>
    private Part Unary()
    {
        if (!Current.Is("-") && !Current.Is("+"))
        {
            return Behind(Primary());
        }

        at++;
        Deeper();
        var part = Binary(Levels.Length - 1);
        depth--;
        return part.Type is Type.Scalar or Type.Vector ? part with { IsSelector = false, IsOffset = false }
            : throw Wrong($"a sign needs a number or an instant vector, not {Spoken(part.Type)}");
    }

    private void Deeper()
    {
        if (++depth > MaximumDepth)
        {
            throw Wrong($"more than {MaximumDepth} levels are nested");
        }
    }

    private Part Primary()
    {
        var token = Current;
        switch (token.Kind)
        {
            case PromQlKind.Number or PromQlKind.Duration:
                at++;
                hundred |= token.Text == "100";
                return new Part(Type.Scalar);
            case PromQlKind.Text:
                at++;
                return new Part(Type.Text);
            case PromQlKind.Name when token.IsWord("inf") || token.IsWord("nan"):
                at++;
                return new Part(Type.Scalar);
            case PromQlKind.Name when Aggregations.Contains(token.Text)
                && (Following.Is("(") || Following.IsWord("by") || Following.IsWord("without")):
                at++;
                return Aggregation(token.Text.ToLowerInvariant());
            case PromQlKind.Name when Following.Is("("):
                at++;
                return Call(token.Text);
            case PromQlKind.Name when !Reserved.Contains(token.Text):
                at++;
                return Selector(token.Text);
            case PromQlKind.Sign when token.Text == "{":
                return Selector("");
            case PromQlKind.Sign when token.Text == "(":
                at++;
                Deeper();
                var inner = Binary(0);
                depth--;
                Need(")");
                return new Part(inner.Type);
            default:
                throw Wrong(Unexpected());
        }
    }

    private Part Selector(string metric)
    {
        var matchers = ImmutableArray.CreateBuilder<(string Label, string Operator, string Value)>();
        if (Take("{"))
        {
            while (!Take("}"))
            {
                if (Current.Kind is not (PromQlKind.Name or PromQlKind.Text) || Current.Text.Contains(':', StringComparison.Ordinal))
                {
                    throw Wrong(Current.Kind == PromQlKind.End ? "a '}' is missing" : $"'{Current.Text}' is not the name of a label");
                }

                matchers.Add(Matcher());
                if (!Current.Is("}"))
                {
                    Need(Current.Kind == PromQlKind.End ? "}" : ",");
                }
            }
        }

        var names = matchers.Where(matcher => matcher.Label == "__name__").ToArray();
        if (metric.Length > 0 && names.Length > 0)
        {
            throw Wrong($"the metric has two names, {metric} and {names[0].Value}");
        }

        if (metric.Length == 0 && matchers.All(MatchesEmpty))
        {
            throw Wrong("a selector without a metric needs a matcher that does not match an empty text");
        }

        metric = metric.Length > 0 ? metric : names.FirstOrDefault(name => name.Operator == "=").Value ?? "";
        if (metric.Length > 0)
        {
            selectors.Add(new PromQl.Selector(metric, matchers.ToImmutable()));
        }

        return new Part(Type.Vector, IsSelector: true);
    }

    private (string Label, string Operator, string Value) Matcher()
    {
        var (label, isText) = (Current.Text, Current.Kind == PromQlKind.Text);
        at++;

        // Prometheus 3 takes the name of the metric in quotes.
        if (isText && (Current.Is(",") || Current.Is("}")))
        {
            return ("__name__", "=", label);
        }

        var sign = Current is { Kind: PromQlKind.Sign, Text: "=" or "!=" or "=~" or "!~" } ? Current.Text
            : throw Wrong($"'=', '!=', '=~' or '!~' is missing behind the label '{label}'");
        at++;
        var value = Current.Kind == PromQlKind.Text ? Current.Text
            : throw Wrong(Current.Kind == PromQlKind.End ? "a '}' is missing" : $"the value of the label '{label}' needs quotes");
        at++;
        return sign.Length < 2 || sign == "!=" || GoRegex.Whole(value) is not null ? (label, sign, value)
            : throw Wrong($"the regular expression '{value}' is not valid");
    }

    private static bool MatchesEmpty((string Label, string Operator, string Value) matcher) => matcher.Operator switch
    {
        "=" => matcher.Value.Length == 0,
        "!=" => matcher.Value.Length > 0,
        "=~" => GoRegex.Whole(matcher.Value)!.IsMatch(""),
        _ => !GoRegex.Whole(matcher.Value)!.IsMatch(""),
    };

    /// <summary>A range, a subquery, offset and @.</summary>
    private Part Behind(Part part)
    {
        while (true)
        {
            if (Take("["))
            {
                part = Range(part);
            }
            else if (part.IsSelector && Current.IsWord("offset"))
            {
                at++;
                _ = Take("-") || Take("+");
                Time();
                part = part with { IsOffset = true };
            }
            else if (part.IsSelector && Take("@"))
            {
                Moment();
                part = part with { IsOffset = true };
            }
            else
            {
                return Current.IsWord("offset") || Current.Is("@")
                    ? throw Wrong($"'{Current.Text}' belongs behind a selector, a range or a subquery") : part;
            }
        }
    }

    private Part Range(Part part)
    {
        Time();
        if (Take(":"))
        {
            if (!Current.Is("]"))
            {
                Time();
            }

            Need("]");
            return part.Type == Type.Vector ? new Part(Type.Range, IsSelector: true)
                : throw Wrong($"a subquery needs an instant vector, not {Spoken(part.Type)}");
        }

        Need("]");
        return !part.IsSelector || part.Type != Type.Vector ? throw Wrong("a range belongs behind the selector of a metric")
            : part.IsOffset ? throw Wrong("'offset' and '@' belong behind the range")
            : new Part(Type.Range, IsSelector: true);
    }

    private void Time()
    {
        // Prometheus 3 takes seconds too.
        if (Current.Kind is not (PromQlKind.Duration or PromQlKind.Number)
            || (PromQlLexer.Seconds(Current.Text) ?? PromQlLexer.Value(Current.Text)) is 0 && tokens[at - 1].Is("["))
        {
            throw Wrong(Current.Kind == PromQlKind.End ? "a ']' has no counterpart" : $"'{Current.Text}' is not a duration, such as 5m");
        }

        at++;
    }

    private void Moment()
    {
        _ = Take("-") || Take("+");
        if (Current.IsWord("start") || Current.IsWord("end"))
        {
            at++;
            Need("(");
            Need(")");
        }
        else if (Current.Kind == PromQlKind.Number)
        {
            at++;
        }
        else
        {
            throw Wrong("behind '@' belongs a time in seconds, start() or end()");
        }
    }

    private Part Aggregation(string name)
    {
        var grouped = Grouping();
        var arguments = Arguments(name);
        if (!grouped)
        {
            Grouping();
        }

        quantile |= name == "quantile";
        labelled |= name == "count_values";
        Type[] wanted = name switch
        {
            "topk" or "bottomk" or "quantile" or "limitk" or "limit_ratio" => [Type.Scalar, Type.Vector],
            "count_values" => [Type.Text, Type.Vector],
            _ => [Type.Vector],
        };
        Check(name, arguments, wanted, wanted.Length, wanted.Length);
        return new Part(Type.Vector);
    }

    private bool Grouping()
    {
        var by = Current.IsWord("by");
        if (!by && !Current.IsWord("without"))
        {
            return false;
        }

        at++;
        var names = Labels();
        labels.AddRange(by ? names : []);
        return true;
    }

    private List<Type> Arguments(string name)
    {
        Need("(");
        Deeper();
        var arguments = new List<Type>();
        while (!Take(")"))
        {
            arguments.Add(Binary(0).Type);
            if (!Current.Is(")"))
            {
                Need(Current.Kind == PromQlKind.End ? ")" : ",");
                if (Current.Is(")"))
                {
                    throw Wrong($"an argument of {name} is missing behind the last comma");
                }
            }
        }

        depth--;
        return arguments;
    }

    private Part Call(string name)
    {
        if (!PromQlFunctions.All.TryGetValue(name, out var function))
        {
            throw Wrong($"Prometheus has no function '{name}'");
        }

        quantile |= name is "histogram_quantile" or "quantile_over_time";
        labelled |= name is "label_replace" or "label_join";
        Type[] wanted = [.. function.Arguments.Select(TypeOf)];
        Check(name, Arguments(name), wanted, function.Required, function.Repeats ? int.MaxValue : wanted.Length);
        return new Part(TypeOf(function.Result));
    }

    private static Type TypeOf(char letter) => letter switch { 's' => Type.Scalar, 'v' => Type.Vector, 'm' => Type.Range, _ => Type.Text };

    private static void Check(string name, List<Type> arguments, Type[] wanted, int least, int most)
    {
        if (arguments.Count < least || arguments.Count > most)
        {
            throw Wrong($"{name} takes {(least == most ? least : arguments.Count < least ? $"at least {least}" : $"at most {most}")} "
                + $"argument{(least == 1 && most == 1 ? "" : "s")}, not {arguments.Count}");
        }

        for (var index = 0; index < arguments.Count; index++)
        {
            var type = wanted[Math.Min(index, wanted.Length - 1)];
            if (arguments[index] != type)
            {
                throw Wrong($"{name} takes {Spoken(type)}, not {Spoken(arguments[index])}");
            }
        }
    }
}

/// <summary>
/// The functions of Prometheus (functions.go, up to 3.5, the experimental ones too): the type of the result and of the arguments, s a
/// number, v an instant vector, m a range vector, t a text. Arguments behind a <c>|</c> may be left out; a <c>*</c> repeats the last.
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

    /// <summary>By their names.</summary>
    public static readonly FrozenDictionary<string, (char Result, string Arguments, int Required, bool Repeats)> All = Table
        .SelectMany(row => row.Names.Split(' ').Select(name => (Name: name, Of: Read(row.Shape)))).ToFrozenDictionary(row => row.Name,
            row => row.Of, StringComparer.Ordinal);

    private static (char, string, int, bool) Read(string shape)
    {
        var arguments = shape[2..].TrimEnd('*').Replace("|", "", StringComparison.Ordinal);
        var optional = shape.IndexOf('|', StringComparison.Ordinal) is var bar and >= 0 ? bar - 2 : arguments.Length;
        return (shape[0], arguments, optional, shape.EndsWith('*'));
    }
}
