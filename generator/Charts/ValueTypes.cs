using System.Net;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Charts;

/// <summary>What a scalar is after substitution, when its quotes have had their say.</summary>
public static class ValueTypes
{
    /// <summary>Null removes a chart's default: whoever writes it means that.</summary>
    public static bool IsNull(Scalar scalar) => scalar is { IsText: false, Value: "" or "~" or "null" or "Null" or "NULL" };

    public static bool IsText(Scalar scalar) => scalar.IsText || !PlainScalars.ReadAsSomethingElse(scalar.Value);

    public static bool IsInteger(Scalar scalar) => !scalar.IsText && long.TryParse(scalar.Value, System.Globalization.NumberStyles.AllowLeadingSign, System.Globalization.CultureInfo.InvariantCulture, out _);

    public static bool IsBoolean(Scalar scalar) => scalar is { IsText: false, Value: "true" or "false" };

    public static bool IsTextOrNumber(Scalar scalar) => IsText(scalar) || IsInteger(scalar);

    public static bool IsIntegerOrPercent(Scalar scalar) => IsInteger(scalar) || (scalar.Value.EndsWith('%') && IsInteger(new Scalar(scalar.Value[..^1])));

    public static bool IsAddress(Scalar scalar) => IPAddress.TryParse(scalar.Value, out var address) && address.ToString() == scalar.Value;

    public static bool IsQuantity(Scalar scalar) => Values.Quantity.TryParse(scalar.Value, out _, out _);

    public static bool IsDuration(Scalar scalar) => scalar.Value.Length == 0 || Values.Duration.TryParse(scalar.Value, out _, out _);

    public static bool IsCidr(Scalar scalar) => Values.Cidr.TryParse(scalar.Value, out _, out _);
}
