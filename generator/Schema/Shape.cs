namespace PlatformGitOps.Generator.Schema;

/// <summary>What may be written at one place of a YAML file: of the definition, or of a chart's values.</summary>
public abstract record Shape;

/// <summary>A mapping with these keys and no others.</summary>
public sealed record ObjectShape(ImmutableArray<Key> Keys) : Shape
{
    /// <summary>True where a cluster's own mapping replaces the one in <c>defaults</c> instead of being merged with it.</summary>
    public bool Whole { get; init; }

    /// <summary>The shape that this one was reduced from, where keys were left out.</summary>
    public ObjectShape? Complete { get; init; }

    /// <summary>True for a part of Kubernetes' objects: what it does not have, a chart may pass on.</summary>
    public bool IsOfKubernetes { get; init; }

    public Key? this[string name] => Keys.FirstOrDefault(key => key.Name == name);

    /// <summary>The same keys without those that only a cluster itself can set; none of them required.</summary>
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
    /// <summary>The value where the key is missing; null where it has none, or where it depends on other keys.</summary>
    public string? Default { get; init; }

    /// <summary>For the reference: what happens where the key is missing, if that is not a fixed value.</summary>
    public string? Absent { get; init; }

    public bool Required { get; init; }

    /// <summary>True for a mapping whose required keys are required only where it is there.</summary>
    public bool Optional { get; init; }

    /// <summary>True where <c>defaults</c> cannot have the key.</summary>
    public bool PerCluster { get; init; }
}

/// <summary>A mapping whose keys are free, for example labels.</summary>
public sealed record FreeShape(Shape Value) : Shape
{
    /// <summary>The form of the keys; null for any.</summary>
    public TextShape? Form { get; init; }

    /// <summary>For the reference: a key in general, with its description.</summary>
    public Key? Word { get; init; }

    /// <summary>The key of the definition's root whose schema its values share; null where they have one of their own.</summary>
    public string? SchemaOf { get; init; }
}

/// <summary>A list.</summary>
public sealed record ListShape(Shape Item, int Minimum = 0, int Maximum = int.MaxValue) : Shape
{
    /// <summary>The rule of the finding for too few or too many entries.</summary>
    public string CountRule { get; init; } = "";

    /// <summary>True where an entry may be there twice.</summary>
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
    /// <summary>For a number below the minimum, where there is more to say than the range.</summary>
    public Fault? Below { get; init; }
}

/// <summary>A text with a form.</summary>
/// <param name="Example">A text that has the form.</param>
/// <param name="Pattern">An ECMAScript regular expression for editors; it may accept what <see cref="Check"/> refuses, never the
/// reverse.</param>
public abstract record TextShape(string Example, string Pattern) : Shape
{
    /// <summary>Also a plain number, as in <c>cpu: 2</c>.</summary>
    public bool Numbers { get; init; }

    /// <summary>Null for a text that has the form, else what is wrong.</summary>
    public abstract Fault? Check(string text);
}

/// <summary>A text that is read as a <typeparamref name="T"/>.</summary>
public sealed record TextShape<T>(string Example, string Pattern, FormParser<T> Parser) : TextShape(Example, Pattern)
{
    public override Fault? Check(string text)
    {
        Parser(text, out var fault);
        return fault;
    }

    /// <summary>Reads a text that <see cref="Check"/> accepts.</summary>
    public T Parse(string text) => Parser(text, out var fault) is var value && fault is null ? value
        : throw new FormatException($"'{text}' {fault.Problem}.");
}

/// <summary>Reads a text; the value counts only where <paramref name="fault"/> is null.</summary>
public delegate T FormParser<T>(string text, out Fault? fault);

/// <summary>What is wrong with one value.</summary>
/// <param name="Rule">The rule of the finding.</param>
/// <param name="Problem">The rest of a sentence that begins with the value, without the full stop: <c>is not a version</c>.</param>
/// <param name="Fix">A whole sentence.</param>
public sealed record Fault(string Rule, string Problem, string Fix);

/// <summary>The type that YAML readers give to a scalar.</summary>
public static partial class ScalarKind
{
    public static bool IsBoolean(Scalar scalar) => !scalar.IsText && PlainScalars.Resolve(scalar.Value) == PlainType.Boolean;

    /// <summary>A number as the definition takes it: no sign but '-', no leading zero.</summary>
    public static bool IsWholeNumber(Scalar scalar) => !scalar.IsText && WholeNumber().IsMatch(scalar.Value);

    /// <summary>A number as Kubernetes takes it.</summary>
    public static bool IsInteger(Scalar scalar) => !scalar.IsText && long.TryParse(
        PlainScalars.Canonical(scalar.Value), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _);

    public static bool IsDecimal(Scalar scalar) => !scalar.IsText && Decimal().IsMatch(scalar.Value);

    /// <summary>In words, for findings.</summary>
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
