namespace PlatformGitOps.Generator.Definition.Binding;

/// <summary>CPU and memory, with what a text that is nearly an amount was meant to be.</summary>
public static partial class Forms
{
    private const string AmountPattern = "[0-9]{1,12}(\\.[0-9]{1,3})?(m|k|M|G|T|Ki|Mi|Gi|Ti)?";

    /// <summary>What a pod may have: not 100 cores and more, which are written where 100m was meant.</summary>
    internal static readonly (decimal Least, decimal Most) Cores = (0.001m, 64);

    /// <summary>What a pod may have.</summary>
    internal static readonly (decimal Least, decimal Most) Bytes = (8 * 1_048_576m, 256 * 1_073_741_824m);

    public static readonly TextShape<Quantity> Cpu = new("100m", $"^{AmountPattern}$", Plain<Quantity>(ReadCpu)) { Numbers = true };

    public static readonly TextShape<Quantity?> CpuOrNone =
        new("200m", $"^({AmountPattern}|none)$", Plain<Quantity?>(ReadCpuOrNone)) { Numbers = true };

    public static readonly TextShape<Quantity> Memory = new("128Mi", $"^{AmountPattern}$", Plain<Quantity>(ReadMemory)) { Numbers = true };

    private static Quantity ReadCpu(string text, out Fault? fault) => ReadAmount(
        text, Cores, (MillicoresForm(), unit => unit is [] ? "" : "m"),
        "Write a number of cores, or of thousandths with m: 100m is a tenth of a core.", out fault);

    private static Quantity? ReadCpuOrNone(string text, out Fault? fault)
    {
        fault = null;
        return text == "none" ? null : ReadCpu(text, out fault);
    }

    private static Quantity ReadMemory(string text, out Fault? fault) => ReadAmount(
        text, Bytes, (BytesForm(), unit => $"{unit.ToUpperInvariant()}i"),
        "Write a number, followed by Ki, Mi, Gi, Ti, k, M, G, T or nothing.", out fault);

    /// <summary>Reads an amount. A text that is not one may mean one: 256Mi for 256MB or 256 Mi, 200m for 200mi of CPU.</summary>
    private static Quantity ReadAmount(string text, (decimal Least, decimal Most) plausible,
        (Regex Form, Func<string, string> Unit) near, string fix, out Fault? fault)
    {
        var (together, match) = (text.Replace(" ", ""), near.Form.Match(text.Replace(" ", "")));
        string[] candidates = match.Success ? [together, match.Groups["number"].Value + near.Unit(match.Groups["unit"].Value)] : [together];
        var meant = candidates.FirstOrDefault(candidate => Quantity.TryParse(candidate, out var amount, out _)
            && amount.Amount >= plausible.Least && amount.Amount <= plausible.Most);
        fault = !Quantity.TryParse(text, out var quantity, out var problem)
            ? new Fault(DefinitionRules.QuantityForm, problem, meant is null ? fix : $"Write {meant}.")
            : quantity.Amount == 0 ? new Fault(DefinitionRules.QuantityZero, "is zero", "Write what one pod needs.") : null;
        return quantity;
    }

    [GeneratedRegex("^(?<number>[0-9]+)(?<unit>[KMGTkmgt])[Ii]?[Bb]?$")]
    private static partial Regex BytesForm();

    [GeneratedRegex("^(?<number>[0-9]+(\\.[0-9]+)?)((?<unit>[Mm])[A-Za-z]*|v?cpus?|cores?)$", RegexOptions.IgnoreCase)]
    private static partial Regex MillicoresForm();
}
