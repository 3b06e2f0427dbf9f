namespace PlatformGitOps.Generator.Lint;

/// <summary>Selectors, and the ranges, subqueries and time modifiers after an expression.</summary>
internal sealed partial class PromQlParser
{
    private Part Selector(string metric)
    {
        var matchers = ImmutableArray.CreateBuilder<(string Label, string Operator, string Value)>();
        if (Take("{"))
        {
            while (!Take("}"))
            {
                if (Current.Kind is not (PromQlKind.Name or PromQlKind.Text) || Current.Text.Contains(':'))
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

        // Prometheus 3 accepts the metric's name in quotes.
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
                : throw Wrong($"a subquery needs an instant vector, not {NameOf(part.Type)}");
        }

        Need("]");
        return !part.IsSelector || part.Type != Type.Vector ? throw Wrong("a range belongs behind the selector of a metric")
            : part.IsOffset ? throw Wrong("'offset' and '@' belong behind the range")
            : new Part(Type.Range, IsSelector: true);
    }

    private void Time()
    {
        // Prometheus 3 also accepts seconds.
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
}
