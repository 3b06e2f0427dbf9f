namespace PlatformGitOps.Generator.Lint;

/// <summary>
/// Templates in annotations and labels of alerts, with Prometheus's syntax (Go's text/template with the functions of Prometheus).
/// </summary>
internal static partial class AlertTemplate
{
    private static readonly HashSet<string> Defined = ["labels", "value", "externalLabels", "externalURL"];

    private static readonly HashSet<string> Blocks = ["if", "range", "with", "define", "block"];

    /// <summary>Keywords, the functions of Go (text/template, funcs.go) and those of Prometheus (template.go, up to 3.5).</summary>
    private static readonly HashSet<string> Known =
    [
        "if", "else", "end", "range", "with", "define", "block", "template", "break", "continue", "nil", "true", "false",
        "and", "or", "not", "call", "html", "index", "slice", "js", "len", "print", "printf", "println", "urlquery", "eq", "ne", "lt", "le",
        "gt", "ge",
        "query", "first", "label", "value", "strvalue", "args", "reReplaceAll", "safeHtml", "match", "title", "toUpper", "toLower",
        "graphLink", "tableLink", "sortByLabel", "stripPort", "stripDomain", "humanize", "humanize1024", "humanizeDuration",
        "humanizePercentage", "humanizeTimestamp", "toTime", "toDuration", "now", "pathPrefix", "externalURL", "parseDuration",
        "urlQueryEscape",
    ];

    /// <summary>What is wrong with it and how to fix it; null if no fault is known.</summary>
    public static (string Problem, string Fix)? Problem(string text)
    {
        if (!text.Contains("{{"))
        {
            return null;
        }

        var (declared, open, at) = (new HashSet<string>(Defined), new Stack<string>(), 0);
        while (text.IndexOf("{{", at, StringComparison.Ordinal) is var start and >= 0)
        {
            if (Action().Match(text, start) is not { Success: true } action || action.Index != start)
            {
                return ("has an unbalanced {{ or }}", "Close the template.");
            }

            at = start + action.Length;
            if (!action.Groups["code"].Success)
            {
                continue;
            }

            var code = Literal().Replace(action.Groups["code"].Value, "''");
            var words = Word().Matches(code).Select(match => match.Value).ToArray();
            declared.UnionWith(DeclaredIn(words));
            if (words.FirstOrDefault(word => word[0] == '$' && word.Length > 1 && !declared.Contains(word[1..])) is { } variable)
            {
                return ($"uses {variable}, which Prometheus does not define", "Use $labels, $value, $externalLabels or $externalURL.");
            }

            if (words.FirstOrDefault(word => char.IsAsciiLetter(word[0]) && !Known.Contains(word)) is { } function)
            {
                return ($"uses the function {function}, which Prometheus does not have",
                    "Use a function of the Prometheus template reference.");
            }

            if (Unbalanced(code) || Empty().IsMatch(code))
            {
                return ($"has an incomplete action: {{{{{action.Groups["code"].Value}}}}}", "Write a value or a function in it.");
            }

            if (Structure(words.FirstOrDefault() ?? "", open) is { } problem)
            {
                return problem;
            }
        }

        return open.Count > 0 ? ("has an {{ if }}, {{ range }} or {{ with }} without an {{ end }}", "Write {{ end }}.") : null;
    }

    private static (string Problem, string Fix)? Structure(string word, Stack<string> open)
    {
        if (Blocks.Contains(word))
        {
            open.Push(word);
        }
        else if (word == "end" && !open.TryPop(out _))
        {
            return ("has an {{ end }} that ends nothing", "Delete it.");
        }
        else if (word == "else" && !(open.TryPeek(out var block) && block is "if" or "range" or "with"))
        {
            return ("has an {{ else }} outside of {{ if }}, {{ range }} and {{ with }}", "Delete it.");
        }

        return null;
    }

    private static bool Unbalanced(string code)
    {
        var depth = 0;
        foreach (var letter in code)
        {
            depth += letter switch { '(' => 1, ')' => -1, _ => 0 };
            if (depth < 0)
            {
                return true;
            }
        }

        return depth != 0;
    }

    /// <summary>The variables before a <c>:=</c>.</summary>
    private static IEnumerable<string> DeclaredIn(string[] words)
    {
        for (var i = 1; i < words.Length; i++)
        {
            for (var before = i - 1; words[i] == ":=" && before >= 0 && words[before][0] is '$' or ','; before--)
            {
                yield return words[before][1..];
            }
        }
    }

    [GeneratedRegex("""
        \{\{-?\s*/\*.*?\*/\s*-?\}\} | \{\{(?<code>(?:"(?:[^"\\\n]|\\.)*"|`[^`]*`|'(?:[^'\\\n]|\\.)+'|[^"`'{}])*)\}\}
        """, RegexOptions.IgnorePatternWhitespace | RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Action();

    [GeneratedRegex("""
        "(?:[^"\\]|\\.)*"|`[^`]*`|'(?:[^'\\]|\\.)+'
        """, RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant)]
    private static partial Regex Literal();

    /// <summary>A missing value.</summary>
    [GeneratedRegex(@"\A-?\s*((if|with|range|else\s+if|template|block|define)\s*)?-?\z|\|\s*\||(\A-?|\()\s*\||\(\s*\)|:=\s*-?\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex Empty();

    // A field (.Labels.x) and a number with letters (0x1f, 1e3) are matched first, so that they do not look like functions.
    [GeneratedRegex(@"\$\w*|:=|,|(?:\.\w+)+|\d\w*|[A-Za-z_]\w*", RegexOptions.CultureInvariant)]
    private static partial Regex Word();
}
