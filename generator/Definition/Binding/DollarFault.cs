namespace PlatformGitOps.Generator.Definition.Binding;

/// <summary>The character <c>$</c> in a value: Flux substitutes variables in the tree.</summary>
internal static class DollarFault
{
    private const string NoVariables = "Write the value itself: the definition has no variables.";

    /// <summary>For a value in which the character has no meaning.</summary>
    public static Fault? Of(string text) => text.IndexOf('$', StringComparison.Ordinal) is >= 0 and var at
        ? new Fault(DefinitionRules.Dollar, $"contains a '$'{Line(text, at)}, which Flux would replace again", NoVariables) : null;

    /// <summary>For a value in which the character has its own meaning: Flux replaces only <c>${</c> and <c>$$</c>.</summary>
    public static Fault? OfVariable(string text) =>
        Earliest(text.IndexOf("${", StringComparison.Ordinal), text.IndexOf("$$", StringComparison.Ordinal)) is >= 0 and var at
            ? new Fault(DefinitionRules.Dollar, $"contains '{text[at..(at + 2)]}'{Line(text, at)}, which Flux would replace again",
                $"{NoVariables} A single '$' may stay, as at the end of a regular expression, where '[$]' is the character itself.")
            : null;

    private static int Earliest(int left, int right) => left < 0 ? right : right < 0 ? left : Math.Min(left, right);

    private static string Line(string text, int at) => text.AsSpan().TrimEnd().Contains('\n')
        ? $" in its line {text.AsSpan(0, at).Count('\n') + 1}" : "";
}
