namespace PlatformGitOps.Generator.Values;

/// <summary>A Kubernetes resource quantity (<c>100m</c>, <c>128Mi</c>); keeps the original text, compares by amount.</summary>
public sealed partial record Quantity
{
    private Quantity(string text, decimal amount) => (Text, Amount) = (text, amount);

    public string Text { get; }

    /// <summary>In cores or bytes.</summary>
    public decimal Amount { get; }

    public static bool TryParse(string text, out Quantity value, out string problem)
    {
        value = null!;
        problem = "is not a quantity such as 100m, 2 or 128Mi";
        var match = Form().Match(text);
        if (!match.Success)
        {
            return false;
        }

        problem = "";
        value = new Quantity(text, decimal.Parse(match.Groups["number"].Value, NumberStyles.AllowDecimalPoint,
            CultureInfo.InvariantCulture) * Factor(match.Groups["suffix"].Value));
        return true;
    }

    public static Quantity Parse(string text) => TryParse(text, out var value, out var problem) ? value
        : throw new FormatException($"'{text}' {problem}.");

    public override string ToString() => Text;

    private static decimal Factor(string suffix) => suffix switch
    {
        "m" => 0.001m,
        "k" => 1_000m,
        "M" => 1_000_000m,
        "G" => 1_000_000_000m,
        "T" => 1_000_000_000_000m,
        "Ki" => 1_024m,
        "Mi" => 1_048_576m,
        "Gi" => 1_073_741_824m,
        "Ti" => 1_099_511_627_776m,
        _ => 1m,
    };

    [GeneratedRegex(@"^(?<number>[0-9]{1,12}(\.[0-9]{1,3})?)(?<suffix>m|k|M|G|T|Ki|Mi|Gi|Ti)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
