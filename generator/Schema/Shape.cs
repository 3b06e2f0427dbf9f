namespace PlatformGitOps.Generator.Schema;

/// <summary>The allowed values at one place of a YAML file: of the definition, or of a chart's values.</summary>
public abstract record Shape;

/// <summary>A mapping with these keys only.</summary>
public sealed record ObjectShape(ImmutableArray<Key> Keys) : Shape
{
    /// <summary>True if a cluster's own mapping replaces the one in <c>defaults</c> instead of being merged with it.</summary>
    public bool Whole { get; init; }

    /// <summary>The full shape, if this one has fewer keys.</summary>
    public ObjectShape? Complete { get; init; }

    /// <summary>True for a part of Kubernetes' objects: what it does not have, a chart may pass on.</summary>
    public bool IsOfKubernetes { get; init; }

    public Key? this[string name] => Keys.FirstOrDefault(key => key.Name == name);

    /// <summary>The keys that <c>defaults</c> may have; none is required.</summary>
    public ObjectShape ForDefaults() => this with
    {
        Keys =
        [
            .. Keys.Where(key => !key.PerCluster)
                .Select(key => key with { Required = false, Shape = key.Shape is ObjectShape inner ? inner.ForDefaults() : key.Shape }),
        ],
        Complete = this,
    };
}

/// <summary>A key of a mapping.</summary>
public sealed record Key(string Name, Shape Shape, string Description = "")
{
    /// <summary>The value if the key is missing; null if absent, or if it depends on other keys.</summary>
    public string? Default { get; init; }

    /// <summary>For the reference: what happens if the key is missing, unless that is a fixed value.</summary>
    public string? Absent { get; init; }

    public bool Required { get; init; }

    /// <summary>True for a mapping whose required keys are only required if the mapping exists.</summary>
    public bool Optional { get; init; }

    /// <summary>True if <c>defaults</c> cannot have the key.</summary>
    public bool PerCluster { get; init; }
}

/// <summary>A mapping with any keys, for example labels.</summary>
public sealed record FreeShape(Shape Value) : Shape
{
    /// <summary>The form of the keys; null for any.</summary>
    public TextShape? Form { get; init; }

    /// <summary>For the reference: the placeholder of a key, with its description.</summary>
    public Key? Word { get; init; }

    /// <summary>The root key whose schema its values share; null if they have their own.</summary>
    public string? SchemaOf { get; init; }
}

/// <summary>A list.</summary>
public sealed record ListShape(Shape Item, int Minimum = 0, int Maximum = int.MaxValue) : Shape
{
    /// <summary>The rule of the finding for too few or too many entries.</summary>
    public string CountRule { get; init; } = "";

    /// <summary>True if an entry may occur twice.</summary>
    public bool Repeats { get; init; }
}

/// <summary>A scalar of a Kubernetes object or of a chart's values.</summary>
public sealed record LeafShape(string Expected, Func<Scalar, bool> Accepts) : Shape;

/// <summary>Anything.</summary>
public sealed record AnyShape : Shape;

/// <summary>true or false.</summary>
public sealed record SwitchShape : Shape;

/// <summary>One of these words.</summary>
public sealed record ChoiceShape(ImmutableArray<string> Words) : Shape;

/// <summary>A whole number.</summary>
public sealed record NumberShape(int Minimum, int Maximum) : Shape
{
    /// <summary>The fault of a number below the minimum, if it needs more than the range.</summary>
    public Fault? Below { get; init; }
}

/// <summary>A text with a form.</summary>
/// <param name="Example">A valid text.</param>
/// <param name="Pattern">An ECMAScript regular expression for editors; it must accept everything that <see cref="Check"/> accepts.</param>
public abstract record TextShape(string Example, string Pattern) : Shape
{
    /// <summary>True if a plain number is accepted too, as in <c>cpu: 2</c>.</summary>
    public bool Numbers { get; init; }

    /// <summary>What is wrong with a text; null if it is valid.</summary>
    public abstract Fault? Check(string text);
}

/// <summary>A text that is parsed into a <typeparamref name="T"/>.</summary>
public sealed record TextShape<T>(string Example, string Pattern, FormParser<T> Parser) : TextShape(Example, Pattern)
{
    public override Fault? Check(string text)
    {
        Parser(text, out var fault);
        return fault;
    }

    /// <summary>Parses a text that <see cref="Check"/> accepts.</summary>
    public T Parse(string text) => Parser(text, out var fault) is var value && fault is null ? value
        : throw new FormatException($"'{text}' {fault.Problem}.");
}

/// <summary>Parses a text; the result is valid only if <paramref name="fault"/> is null.</summary>
public delegate T FormParser<T>(string text, out Fault? fault);

/// <summary>What is wrong with one value.</summary>
/// <param name="Rule">The rule of the finding.</param>
/// <param name="Problem">The sentence after the value, without the full stop: <c>is not a version</c>.</param>
/// <param name="Fix">What to do, a whole sentence.</param>
public sealed record Fault(string Rule, string Problem, string Fix);

/// <summary>The YAML type of a scalar.</summary>
public static partial class ScalarKind
{
    public static bool IsBoolean(Scalar scalar) => !scalar.IsText && PlainScalars.Resolve(scalar.Value) == PlainType.Boolean;

    /// <summary>A whole number in the definition's syntax: no sign but '-', no leading zero.</summary>
    public static bool IsWholeNumber(Scalar scalar) => !scalar.IsText && WholeNumber().IsMatch(scalar.Value);

    /// <summary>An integer in Kubernetes' syntax.</summary>
    public static bool IsInteger(Scalar scalar) => !scalar.IsText && long.TryParse(
        PlainScalars.Canonical(scalar.Value), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _);

    public static bool IsDecimal(Scalar scalar) => !scalar.IsText && Decimal().IsMatch(scalar.Value);

    /// <summary>The type in words, for findings.</summary>
    public static string Describe(Node node) => node switch
    {
        Mapping => "a mapping",
        Sequence => "a list",
        Scalar { IsNull: true } => "empty",
        Scalar { IsString: true } => "a text",
        Scalar scalar when IsBoolean(scalar) => $"the boolean {PlainScalars.Canonical(scalar.Value)}",
        Scalar scalar when IsDecimal(scalar) => "a number",
        Scalar scalar => $"the number {PlainScalars.Canonical(scalar.Value)}",
        _ => "unreadable",
    };

    [GeneratedRegex(@"^-?(0|[1-9][0-9]*)\z", RegexOptions.CultureInvariant)]
    private static partial Regex WholeNumber();

    [GeneratedRegex(@"^-?(0|[1-9][0-9]*)(\.[0-9]+)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Decimal();
}
