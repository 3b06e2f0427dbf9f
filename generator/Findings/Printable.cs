namespace PlatformGitOps.Generator.Findings;

/// <summary>Escapes text of a file for messages: it cannot move the cursor, change the direction of the line or break it.</summary>
public static class Printable
{
    public static string Of(string text)
    {
        if (text.All(IsPlain))
        {
            return text;
        }

        var plain = new StringBuilder();
        foreach (var c in text)
        {
            _ = IsPlain(c) ? plain.Append(c) : plain.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}");
        }

        return plain.ToString();
    }

    private static bool IsPlain(char c) => c is >= ' ' and <= '~'
        || (c > '~' && char.GetUnicodeCategory(c) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned));
}
