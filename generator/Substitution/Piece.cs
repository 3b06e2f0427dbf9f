using System.Collections.Immutable;

namespace PlatformGitOps.Generator.Substitution;

/// <summary>A part of a text as Flux's substitution sees it.</summary>
public abstract record Piece
{
    private Piece()
    {
    }

    /// <summary>Text that stays as it is, with its escapes already undone.</summary>
    public sealed record Text(string Value) : Piece;

    /// <summary>One <c>${NAME}</c>, with an operator or without.</summary>
    public sealed record Reference : Piece
    {
        public required string Name { get; init; }

        /// <summary>Empty for the bare form; otherwise what follows the name, for example <c>:=</c>, <c>^^</c> or <c>//</c>.</summary>
        public string Operator { get; init; } = "";

        public ImmutableArray<Piece> Arguments { get; init; } = [];

        /// <summary>Where the <c>$</c> stands in the text.</summary>
        public required int Offset { get; init; }

        /// <summary>True for the operators that are made for a variable that is not set; strict substitution accepts them.</summary>
        public bool HasDefault => Operator is "=" or ":=" or ":-" or ":?" or ":+";
    }
}
