using System.Globalization;

namespace PlatformGitOps.Generator.Schema;

/// <summary>The keys of a shape as a Markdown table: the reference in docs/definition.md.</summary>
public static class KeyTable
{
    public static string Of(ObjectShape shape) =>
        "| key | default | |\n| --- | --- | --- |\n" + string.Concat(Rows(shape, "", optional: false));

    private static IEnumerable<string> Rows(ObjectShape shape, string prefix, bool optional)
    {
        foreach (var key in shape.Keys)
        {
            var inner = key.Shape is FreeShape { Word: { } word } ? new ObjectShape([word])
                : key.Shape is ListShape { Item: ObjectShape entries } && prefix.Length > 0 ? entries
                : key.Shape as ObjectShape;
            if (inner is not null)
            {
                var list = key.Shape is ListShape ? "[]" : "";
                foreach (var row in Rows(inner, $"{prefix}{key.Name}{list}.", optional || key.Optional || list.Length > 0))
                {
                    yield return row;
                }
            }
            else
            {
                yield return $"| `{prefix}{key.Name}` | {Default(key, prefix, optional)} | {key.Description}{Limits(key.Shape)} |\n";
                if (key.Shape is ListShape { Item: ObjectShape entry })
                {
                    foreach (var row in Rows(entry, $"{prefix}{key.Name}[].", optional: false))
                    {
                        yield return row;
                    }
                }
            }
        }
    }

    private static string Default(Key key, string prefix, bool optional) => key switch
    {
        { Default: { } text } => $"`{text}`",
        { Required: true } => optional ? $"required with `{prefix.TrimEnd('.')}`" : "required",
        _ => key.Absent ?? "none",
    };

    private static string Limits(Shape shape) => shape switch
    {
        ChoiceShape choice => $" (one of {string.Join(", ", choice.Words.Select(word => $"`{word}`"))})",
        NumberShape number => string.Create(CultureInfo.InvariantCulture, $" ({number.Minimum} to {number.Maximum})"),
        SwitchShape => " (true or false)",
        ListShape list => string.Create(CultureInfo.InvariantCulture, $" (list of up to {list.Maximum})"),
        _ => "",
    };
}
