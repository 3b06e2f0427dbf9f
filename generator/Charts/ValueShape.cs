using System.Collections.Immutable;

namespace PlatformGitOps.Generator.Charts;

/// <summary>What a chart expects at a place of its values.</summary>
public abstract record ValueShape
{
    private ValueShape()
    {
    }

    public static readonly ValueShape Text = new Leaf("a text", ValueTypes.IsText);

    /// <summary>Text that the template also takes as a number, for example a plugin's parameters.</summary>
    public static readonly ValueShape TextOrNumber = new Leaf("a text or a number", ValueTypes.IsTextOrNumber);

    public static readonly ValueShape Whole = new Leaf("a whole number", ValueTypes.IsInteger);

    public static readonly ValueShape Switch = new Leaf("true or false", ValueTypes.IsBoolean);

    public static readonly ValueShape IntegerOrPercent = new Leaf("a whole number or a percentage such as 25%", ValueTypes.IsIntegerOrPercent);

    public static readonly ValueShape Address = new Leaf("an IP address", ValueTypes.IsAddress);

    public static readonly ValueShape Quantity = new Leaf("a quantity such as 100m or 128Mi", ValueTypes.IsQuantity);

    public static readonly ValueShape Duration = new Leaf("a duration such as 30s", ValueTypes.IsDuration);

    /// <summary>A mapping of free keys to texts, as labels are.</summary>
    public static readonly ValueShape Texts = new Free(Text);

    /// <summary>Anything: the chart hands it on to Kubernetes as it is.</summary>
    public static readonly ValueShape Anything = new Any();

    /// <summary>A scalar.</summary>
    public sealed record Leaf(string Expected, Func<Yaml.Scalar, bool> Accepts) : ValueShape;

    /// <summary>A mapping whose keys are the user's.</summary>
    public sealed record Free(ValueShape Value) : ValueShape;

    /// <summary>A mapping with these keys and no others.</summary>
    public sealed record Keys(ImmutableSortedDictionary<string, ValueShape> Known) : ValueShape;

    /// <summary>A list.</summary>
    public sealed record List(ValueShape Item) : ValueShape;

    public sealed record Any : ValueShape;

    /// <summary>A mapping with these keys.</summary>
    public static Keys Of(params (string Key, ValueShape Shape)[] keys) =>
        new(keys.ToImmutableSortedDictionary(pair => pair.Key, pair => pair.Shape, StringComparer.Ordinal));

    public static List ListOf(ValueShape item) => new(item);
}
