namespace PlatformGitOps.Generator.Flux.Substitution;

/// <summary>A part of a text in Flux's substitution.</summary>
public abstract record Piece
{
    private Piece()
    {
    }

    /// <summary>Literal text, already unescaped.</summary>
    public sealed record Text(string Value) : Piece;

    /// <summary>A reference <c>${NAME}</c>, with or without an operator.</summary>
    public sealed record Reference : Piece
    {
        public required string Name { get; init; }

        /// <summary>Empty for the plain form; otherwise the text after the name, for example <c>:=</c>, <c>^^</c> or <c>//</c>.</summary>
        public string Operator { get; init; } = "";

        public ImmutableArray<Piece> Arguments { get; init; } = [];

        /// <summary>The offset of the <c>$</c> in the text.</summary>
        public required int Offset { get; init; }

        /// <summary>The whole reference as written.</summary>
        public string Source { get; init; } = "";

        /// <summary>True for the operators for undefined variables; strict substitution accepts them.</summary>
        public bool HasDefault => Operator is "=" or ":=" or ":-" or ":?" or ":+";
    }
}

/// <summary>Why a text cannot be substituted.</summary>
/// <param name="Offset">The index in the text, in characters.</param>
/// <param name="Reason">A clause without a full stop; it names variables, never their values.</param>
/// <param name="IsUnset">True if a variable is undefined, false if the text is malformed.</param>
public sealed record TemplateFault(int Offset, string Reason, bool IsUnset = false);

/// <summary>A text with references to variables, parsed like Flux does (fluxcd/pkg, module envsubst, which follows bash).</summary>
public sealed record Template
{
    private ImmutableArray<Piece.Reference> distinct;

    private Template()
    {
    }

    public required ImmutableArray<Piece> Pieces { get; init; }

    /// <summary>The top-level references, each text once: equal texts have equal values.</summary>
    public ImmutableArray<Piece.Reference> Distinct => distinct.IsDefault
        ? distinct = [.. Pieces.OfType<Piece.Reference>().DistinctBy(reference => reference.Source, StringComparer.Ordinal)] : distinct;

    /// <summary>Why Flux refuses the text; null if it accepts it.</summary>
    public TemplateFault? Fault { get; private init; }

    public static Template Parse(string text)
    {
        try
        {
            return new Template { Pieces = new TemplateParser(text).ParseAll() };
        }
        catch (TemplateException malformed)
        {
            return new Template { Pieces = [], Fault = malformed.Fault };
        }
    }

    /// <summary>All references, also those in the defaults of others.</summary>
    public IEnumerable<Piece.Reference> References() => References(Pieces);

    /// <summary>The value of each of <see cref="Distinct"/>, or why there is no value.</summary>
    internal (string[] Values, TemplateFault? Fault) Values(IReadOnlyDictionary<string, string?> variables, bool strict)
    {
        if (Fault is not null)
        {
            return ([], Fault);
        }

        try
        {
            var values = new string[Distinct.Length];
            for (var index = 0; index < values.Length; index++)
            {
                values[index] = Evaluate(Distinct[index], variables, strict);
            }

            return (values, null);
        }
        catch (TemplateException fault)
        {
            return ([], fault.Fault);
        }
    }

    /// <summary>The text with a value for each of <see cref="Distinct"/>.</summary>
    internal string With(IReadOnlyList<string> values)
    {
        var bySource = Distinct.Select((reference, index) => (reference.Source, index))
            .ToDictionary(pair => pair.Source, pair => values[pair.index], StringComparer.Ordinal);
        return string.Concat(Pieces.Select(piece =>
            piece is Piece.Reference reference ? bySource[reference.Source] : ((Piece.Text)piece).Value));
    }

    private static string Evaluate(Piece piece, IReadOnlyDictionary<string, string?> variables, bool strict)
    {
        if (piece is not Piece.Reference reference)
        {
            return ((Piece.Text)piece).Value;
        }

        // Flux evaluates arguments first: even an unused default can fail.
        var arguments = reference.Arguments.Select(argument => Evaluate(argument, variables, strict)).ToArray();
        var isSet = variables.TryGetValue(reference.Name, out var value);
        if (!isSet && strict && !reference.HasDefault)
        {
            throw new TemplateException(new TemplateFault(reference.Offset, $"the variable {reference.Name} is not set", IsUnset: true));
        }

        return isSet && value is null
            ? reference.Source
            : Operators.Apply(reference.Operator, value ?? "", arguments)
                ?? throw new TemplateException(new TemplateFault(reference.Offset, $"the length in ${{{reference.Name}:...}} is negative"));
    }

    private static IEnumerable<Piece.Reference> References(ImmutableArray<Piece> pieces) =>
        pieces.OfType<Piece.Reference>().SelectMany(reference => References(reference.Arguments).Prepend(reference));
}

/// <summary>Internal to <see cref="Template"/>.</summary>
internal sealed class TemplateException(TemplateFault fault) : Exception(fault.Reason)
{
    public TemplateFault Fault { get; } = fault;
}
