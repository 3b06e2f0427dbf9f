using System.Collections.Immutable;

namespace PlatformGitOps.Generator.Substitution;

/// <summary>
/// A text with references to variables, read as Flux reads it (fluxcd/pkg, module envsubst, and bash where that follows bash).
/// </summary>
public sealed record Template
{
    private Template()
    {
    }

    public required ImmutableArray<Piece> Pieces { get; init; }

    /// <summary>Why Flux refuses the text; null when it does not.</summary>
    public TemplateFault? Fault { get; private init; }

    public static Template Parse(string text)
    {
        var parser = new TemplateParser(text);
        try
        {
            return new Template { Pieces = parser.ParseAll() };
        }
        catch (TemplateParser.MalformedException malformed)
        {
            return new Template { Pieces = [], Fault = new TemplateFault(malformed.Offset, malformed.Message) };
        }
    }

    /// <summary>Every reference, also those inside of another one's default.</summary>
    public IEnumerable<Piece.Reference> References() => References(Pieces);

    /// <summary>The text with its variables put in.</summary>
    /// <param name="variables">What is set.</param>
    /// <param name="strict">True where a variable that is not set is a fault; false where it is an empty text.</param>
    public Expansion Expand(IReadOnlyDictionary<string, string> variables, bool strict)
    {
        if (Fault is not null)
        {
            return new Expansion("", Fault);
        }

        try
        {
            return new Expansion(string.Concat(Pieces.Select(piece => Evaluate(piece, variables, strict))), null);
        }
        catch (TemplateParser.MalformedException fault)
        {
            return new Expansion("", new TemplateFault(fault.Offset, fault.Message));
        }
    }

    private static string Evaluate(Piece piece, IReadOnlyDictionary<string, string> variables, bool strict)
    {
        if (piece is not Piece.Reference reference)
        {
            return ((Piece.Text)piece).Value;
        }

        // Arguments come first, as in Flux: a default that is not needed may still fail.
        var arguments = reference.Arguments.Select(argument => Evaluate(argument, variables, strict)).ToArray();
        var isSet = variables.TryGetValue(reference.Name, out var value);
        if (!isSet && strict && !reference.HasDefault)
        {
            throw new TemplateParser.MalformedException(reference.Offset, $"the variable {reference.Name} is not set");
        }

        return Operators.Apply(reference.Operator, value ?? "", arguments)
            ?? throw new TemplateParser.MalformedException(reference.Offset, $"the length in ${{{reference.Name}:...}} is negative");
    }

    private static IEnumerable<Piece.Reference> References(ImmutableArray<Piece> pieces) =>
        pieces.OfType<Piece.Reference>().SelectMany(reference => References(reference.Arguments).Prepend(reference));
}
