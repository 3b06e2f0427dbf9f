using System.Collections.Frozen;

namespace PlatformGitOps.Generator.Lint;

/// <summary>
/// Parses PromQL with its types (prometheus/promql/parser, generated_parser.y and parse.go). It accepts what either Prometheus 2.42 or 3.5
/// accepts.
/// </summary>
internal sealed partial class PromQlParser(string expression)
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

    /// <summary>The type of an expression, and what may follow it.</summary>
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

            // An alert or recording rule with a range or a text is never evaluated, although promtool accepts it.
            var type = Binary(0).Type;
            problem = Current.Kind != PromQlKind.End ? Unexpected()
                : type is Type.Range or Type.Text ? $"{NameOf(type)} cannot be evaluated as a rule" : null;
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

    private static string NameOf(Type type) =>
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

            // The power operator is right-associative.
            var right = Binary(sign == "^" ? level : level + 1);
            left = Combined(left.Type, right.Type, sign, (isSet, isComparison && !isBool, matches, groups));
        }

        return left;
    }

    private static Part Combined(Type left, Type right, string sign, (bool Set, bool Filters, bool Matches, bool Groups) how)
    {
        if (left is Type.Range or Type.Text || right is Type.Range or Type.Text)
        {
            throw Wrong($"'{sign}' needs numbers or instant vectors, not {NameOf(left is Type.Range or Type.Text ? left : right)}");
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

    /// <summary>on, ignoring, group_left and group_right after an operator.</summary>
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
                PromQlKind.Name when !Current.Text.Contains(':') => Current.Text,
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

    /// <summary>A sign has the precedence of a product: -1 ^ 2 is -1.</summary>
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
            : throw Wrong($"a sign needs a number or an instant vector, not {NameOf(part.Type)}");
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
}
