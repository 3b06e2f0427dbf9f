namespace PlatformGitOps.Generator.Yaml;

/// <summary>Single-line scalars, flow lists and mappings, and block scalars.</summary>
internal sealed partial class SimpleYamlReader
{
    private Scalar ReadPlain()
    {
        Require(!Indicators.Contains(Current) && !(Current is '-' or '?' or ':' && Following is ' ' or '\n'));
        var (start, position) = (at, Here);
        while (true)
        {
            var next = text.AsSpan(at).IndexOfAny(':', '#', '\n');
            at = next < 0 ? text.Length : at + next;
            if (Current == '\n' || (Current == '#' && text[at - 1] == ' '))
            {
                break;
            }

            Require(!IsColon(at));
            at++;
        }

        var value = text.AsSpan(start, at - start).TrimEnd(' ');
        at = start + value.Length;
        Require(!value.Contains('\t'));
        return Plain(Pooled(value), position);
    }

    private Scalar Plain(string value, Position position) => options is { AsKustomize: true, MakesTexts: true } && PlainScalars.InKustomize(value) is { } other
        ? new Scalar(other) { File = file, Position = position, IsText = true } : new Scalar(value) { File = file, Position = position };

    private Scalar ReadQuoted()
    {
        var (start, position, quote) = (at + 1, Here, Current);
        StringBuilder? unescaped = null;
        at++;
        while (true)
        {
            var next = text.AsSpan(at).IndexOfAny(quote, '\n', quote == '"' ? '\\' : '\n');
            Require(next >= 0);
            at += next;
            Require(Current != '\n');
            if (Current == quote && (quote == '"' || Following != quote))
            {
                break;
            }

            var escaped = (quote, Following) switch
            {
                ('\'', _) => quote,
                (_, 'n') => '\n',
                (_, 't') => '\t',
                (_, '"' or '\\' or '/') => Following,
                _ => throw new NotSimpleException(),
            };
            unescaped = (unescaped ?? new StringBuilder()).Append(text, start, at - start).Append(escaped);
            start = at += 2;
        }

        var rest = text.AsSpan(start, at - start);
        at++;
        Require(!rest.Contains('\t'));
        return new Scalar(unescaped is null ? Pooled(rest) : unescaped.Append(rest).ToString())
        {
            File = file,
            Position = position,
            IsText = true,
        };
    }

    private Node ReadFlow()
    {
        Require(++depth <= YamlOptions.MaximumDepth);
        var (position, close) = (Here, Current == '[' ? ']' : '}');
        var (items, entries) = (ImmutableArray.CreateBuilder<Node>(), ImmutableArray.CreateBuilder<Entry>());
        do
        {
            at++;
            SkipSpaces();
            if (Current == close && items.Count + entries.Count == 0)
            {
                break;
            }

            var item = ReadFlowItem();
            if (close == ']')
            {
                items.Add(item);
            }
            else
            {
                Require(item is Scalar && Current == ':' && Following == ' ');
                var key = (Scalar)item;
                Require(entries.All(entry => entry.Key != key.Value) && (key.IsText || IsSimpleKey(key.Value)));
                at++;
                SkipSpaces();
                entries.Add(new Entry(key.Value, ReadFlowItem()) { KeyPosition = key.Position });
            }

            SkipSpaces();
        }
        while (Current == ',');

        Require(Current == close);
        at++;
        depth--;
        return close == ']' ? new Sequence(items.DrainToImmutable()) { File = file, Position = position }
            : new Mapping(entries.DrainToImmutable()) { File = file, Position = position };
    }

    private Node ReadFlowItem()
    {
        if (Current is '"' or '\'')
        {
            return ReadQuoted();
        }

        if (Current is '[' or '{')
        {
            return ReadFlow();
        }

        var (length, position) = (text.AsSpan(at).IndexOfAnyExcept(InBrackets), Here);
        Require(length > 0 && !(Current == '-' && length == 1));
        at += length;
        return Plain(Pooled(text.AsSpan(at - length, length)), position);
    }

    /// <summary>A block scalar: | keeps its lines, > folds them.</summary>
    private Scalar ReadLines(int indent)
    {
        var (position, folds) = (Here, Current == '>');
        at++;
        var strips = Current == '-';
        at += strips ? 1 : 0;
        EndLine();
        var value = new StringBuilder();
        var (inner, longestBlank, blanks, isEnded, wasFurtherIn) = (-1, 0, 0, false, false);
        while (at < text.Length)
        {
            var end = text.IndexOf('\n', at);
            var whole = text.AsSpan(at, (end < 0 ? text.Length : end) - at);
            var spaces = whole.IndexOfAnyExcept(' ') is var first and >= 0 ? first : whole.Length;
            if (spaces == whole.Length && (inner < 0 || spaces <= inner))
            {
                longestBlank = inner < 0 ? Math.Max(longestBlank, spaces) : longestBlank;
                blanks += end < 0 ? 0 : 1;
            }
            else if (inner < 0 || spaces >= inner)
            {
                var isFirst = inner < 0;
                inner = isFirst ? spaces : inner;
                Require(inner > indent && longestBlank <= inner);
                var content = whole[inner..];
                var isFurtherIn = content[0] is ' ' or '\t';
                var joins = folds && !wasFurtherIn && !isFurtherIn;
                value.Append(isFirst || (joins && blanks > 0) ? "" : joins ? " " : "\n").Append('\n', blanks).Append(content);
                (blanks, isEnded, wasFurtherIn) = (0, end >= 0, isFurtherIn);
            }
            else
            {
                break;
            }

            at = end < 0 ? text.Length : end + 1;
            line++;
        }

        Require(inner >= 0);
        MoveToContent();
        Require(column <= indent);
        return new Scalar(value.Append(strips || !isEnded ? "" : "\n").ToString())
        {
            File = file,
            Position = position,
            IsText = true,
            IsBlock = true,
        };
    }

    /// <summary>Most keys and short values occur in many files.</summary>
    private static string Pooled(ReadOnlySpan<char> span)
    {
        if (span.Length is 0 or > 40)
        {
            return span.ToString();
        }

        ref var pooled = ref Pool[((span.Length * 31) + (span[0] * 7) + (span[span.Length / 2] * 131) + (span[^1] * 1031)) % Pool.Length];
        return pooled is { } known && span.SequenceEqual(known) ? known : pooled = span.ToString();
    }

    /// <summary>Never leaves this class.</summary>
    private sealed class NotSimpleException : Exception;
}
