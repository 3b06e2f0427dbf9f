namespace PlatformGitOps.Generator.Flux.Substitution;

/// <summary>
/// The grammar of fluxcd/pkg's envsubst: <c>$$</c> is a dollar sign outside of braces, a single dollar sign stays, and
/// <c>${name-default}</c> is refused although its documentation lists it.
/// </summary>
internal sealed class TemplateParser(string text)
{
    private const char End = '\0';

    // Flux has no limit, but deep nesting is a mistake, and unlimited recursion would crash this process.
    private const int MaximumDepth = 100;

    private int at;
    private int opened;
    private int depth;

    public ImmutableArray<Piece> ParseAll()
    {
        var pieces = ImmutableArray.CreateBuilder<Piece>();
        while (Next != End)
        {
            pieces.Add(AtBrace ? ReadReference() : new Piece.Text(ReadWhile(_ => true, escapes: "$")));
        }

        return pieces.ToImmutable();
    }

    private char Next => at < text.Length ? text[at] : End;

    private bool AtBrace => Next == '$' && at + 1 < text.Length && text[at + 1] == '{';

    private Piece.Reference ReadReference()
    {
        var start = at;
        if (++depth > MaximumDepth)
        {
            throw Malformed($"more than {MaximumDepth} references are nested");
        }

        var reference = ReadOperation();
        depth--;
        return reference with { Source = text[start..at] };
    }

    private Piece.Reference ReadOperation()
    {
        var start = opened = at;
        at += 2;
        if (Next == '#')
        {
            at++;
            var measured = new Piece.Reference { Name = ReadName(), Operator = "#", Offset = start };
            return Closed(measured);
        }

        var reference = new Piece.Reference { Name = ReadName(), Offset = start };
        var second = at + 1 < text.Length ? text[at + 1] : End;
        return Next switch
        {
            ':' when second is '=' or '-' or '?' or '+' => ReadDefault(reference with { Operator = ReadOperator(2) }),
            '=' => ReadDefault(reference with { Operator = ReadOperator(1) }),
            ':' => ReadSubstring(reference with { Operator = ReadOperator(1) }),
            ',' or '^' => Closed(reference with { Operator = ReadOperator(second is ',' or '^' ? 2 : 1) }),
            '/' => ReadReplacement(reference with { Operator = ReadOperator(second is '/' or '#' or '%' ? 2 : 1) }),
            '#' or '%' => ReadRemoval(reference with { Operator = ReadOperator(second == Next ? 2 : 1) }),
            '}' => Closed(reference),
            _ => throw Malformed($"after {reference.Name} no closing brace follows"),
        };
    }

    private Piece.Reference ReadDefault(Piece.Reference reference)
    {
        var arguments = ImmutableArray.CreateBuilder<Piece>();
        while (Next != '}')
        {
            arguments.Add(ReadArgument(c => c != '}', escapes: ""));
        }

        return Closed(reference with { Arguments = arguments.ToImmutable() });
    }

    private Piece.Reference ReadSubstring(Piece.Reference reference)
    {
        var position = ReadArgument(c => c is not (':' or '}'), escapes: "");
        if (Next == '}')
        {
            return Closed(reference with { Arguments = [position] });
        }

        SkipAll(':');
        return Closed(reference with { Arguments = [position, ReadArgument(c => c != '}', escapes: "")] });
    }

    private Piece.Reference ReadReplacement(Piece.Reference reference)
    {
        var pattern = ReadArgument(c => c != '/', escapes: "$\\");
        SkipAll('/');
        return Next == '}'
            ? Closed(reference with { Arguments = [pattern] })
            : Closed(reference with { Arguments = [pattern, ReadArgument(c => c != '}', escapes: "$\\")] });
    }

    private Piece.Reference ReadRemoval(Piece.Reference reference) =>
        Closed(reference with { Arguments = [ReadArgument(c => c != '}', escapes: "")] });

    private Piece ReadArgument(Func<char, bool> accept, string escapes)
    {
        if (AtBrace)
        {
            return ReadReference();
        }

        var argument = ReadWhile(accept, escapes);
        return argument.Length > 0 ? new Piece.Text(argument) : throw Malformed("an operator has no argument");
    }

    private string ReadName()
    {
        var start = at;
        while (char.IsLetter(Next) || char.IsDigit(Next) || Next == '_')
        {
            at++;
        }

        return at > start ? text[start..at] : throw Malformed("after ${ no name follows");
    }

    private string ReadOperator(int length)
    {
        at += length;
        return text[(at - length)..at];
    }

    private string ReadWhile(Func<char, bool> accept, string escapes)
    {
        var read = new StringBuilder();
        while (Next != End && !AtBrace)
        {
            var second = at + 1 < text.Length ? text[at + 1] : End;
            if (escapes.Contains(Next) && (Next == '$' ? second == '$' : second is '/' or '\\'))
            {
                read.Append(second);
                at += 2;
            }
            else if (accept(Next))
            {
                read.Append(Next);
                at++;
            }
            else
            {
                break;
            }
        }

        return read.ToString();
    }

    private void SkipAll(char delimiter)
    {
        if (Next != delimiter)
        {
            throw Malformed($"a '{delimiter}' is missing");
        }

        while (Next == delimiter)
        {
            at++;
        }
    }

    private Piece.Reference Closed(Piece.Reference reference)
    {
        if (Next != '}')
        {
            throw Malformed("the closing brace is missing");
        }

        at++;
        return reference;
    }

    private TemplateException Malformed(string reason) => new(new TemplateFault(opened, reason));
}
