using System.Globalization;
using PlatformGitOps.Generator.Definition.Shapes;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Definition.Reading;

/// <summary>A value type's way in: the signature of every TryParse here.</summary>
internal delegate bool Parser<T>(string text, out T value, out string problem);

/// <summary>
/// A mapping with what stands behind it: a cluster's own keys, then those of <c>defaults</c>, then the table's.
/// What failed its shape is null here, so that rules across keys stay silent about it.
/// </summary>
internal sealed class View
{
    private readonly ObjectShape shape;
    private readonly Mapping? own;
    private readonly View? fallback;
    private readonly IReadOnlySet<Node> faulty;
    private readonly bool broken;

    public View(ObjectShape shape, Node? own, View? fallback, IReadOnlySet<Node> faulty, Position position)
    {
        (this.shape, this.fallback, this.faulty) = (shape, fallback, faulty);
        this.own = own as Mapping;
        broken = own is not null and not Mapping || (own is not null && faulty.Contains(own));
        Position = own?.Position ?? position;
    }

    public Position Position { get; }

    /// <summary>True where the file, not the table, says something.</summary>
    public bool Has(string key) => own?[key] is not null || fallback?.Has(key) == true;

    /// <summary>True where the cluster itself says something, not only its defaults.</summary>
    public bool Owns(string key) => own?[key] is not null;

    public View Object(string key)
    {
        var (inner, node) = ((ObjectShape)shape[key]!.Shape, own?[key]);
        return new View(inner, node, inner.Whole && node is not null ? null : fallback?.Object(key), faulty, Position);
    }

    /// <summary>Where the key's value stands, or its mapping where it does not.</summary>
    public Position At(string key) => Find(key)?.Position ?? Position;

    public Located<string>? Text(string key) => Find(key) switch
    {
        _ when IsBroken(key) => null,
        Scalar scalar => faulty.Contains(scalar) ? null : new Located<string>(scalar.Value, scalar.Position),
        null when shape[key]?.Default is { } text => new Located<string>(text, Position),
        _ => null,
    };

    /// <summary>The scalar as it was written, faulty or not.</summary>
    public Located<string>? Written(string key) => Find(key) is Scalar scalar ? new Located<string>(scalar.Value, scalar.Position) : null;

    public Located<T>? Value<T>(string key, Parser<T> parser) =>
        Text(key) is { } text && parser(text.Value, out var value, out _) ? new Located<T>(value, text.Position) : null;

    public Located<int>? Number(string key) => Text(key) is { } text ? new Located<int>(int.Parse(text.Value, CultureInfo.InvariantCulture), text.Position) : null;

    public Located<bool>? Switch(string key) => Text(key) is { } text ? new Located<bool>(text.Value == "true", text.Position) : null;

    /// <summary>The sound entries of a list; empty where there is none.</summary>
    public IReadOnlyList<Located<T>> List<T>(string key, Parser<T> parser) => Find(key) is not Sequence sequence
        ? []
        : [.. sequence.Items.OfType<Scalar>().Where(item => !faulty.Contains(item))
            .Select(item => parser(item.Value, out var value, out _) ? new Located<T>(value, item.Position) : null).OfType<Located<T>>()];

    private Node? Find(string key) => own?[key] ?? fallback?.Find(key);

    private bool IsBroken(string key) => broken || (own?[key] is null && fallback?.IsBroken(key) == true);
}
