using Mapping = PlatformGitOps.Generator.Yaml.Mapping;

namespace PlatformGitOps.Generator.Definition.Binding;

/// <summary>
/// A mapping of the definition, as its binding function sees it. The function names each key once, with type, default and description. A
/// <see cref="SectionReader"/> returns the values of a file; a <see cref="SectionRecorder"/> records the keys for the JSON Schema and the
/// reference. For a wrong or missing value, which has a finding, the function gets the default or an example.
/// </summary>
public abstract class Section
{
    /// <summary>The key by which an entry names its group.</summary>
    public const string GroupKey = "group";

    /// <summary>A whole number.</summary>
    public int Number(string name, int fallback, int minimum, int maximum, string description, Fault? below = null) => int.Parse(
        Scalar(new Key(name, new NumberShape(minimum, maximum) { Below = below },
            description)
        { Default = fallback.ToString(CultureInfo.InvariantCulture) })!,
        CultureInfo.InvariantCulture);

    /// <summary>A whole number, or null where the key is missing.</summary>
    public int? OptionalNumber(string name, int minimum, int maximum, string description, string absent) =>
        Scalar(new Key(name, new NumberShape(minimum, maximum), description) { Absent = absent }) is { } text
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : null;

    /// <summary>true or false.</summary>
    public bool Switch(string name, bool fallback, string description) =>
        Scalar(new Key(name, new SwitchShape(), description) { Default = fallback ? "true" : "false" }) == "true";

    /// <summary>true or false, or null where the key is missing.</summary>
    public bool? OptionalSwitch(string name, string description, string absent) =>
        Scalar(new Key(name, new SwitchShape(), description) { Absent = absent }) is { } text ? text == "true" : null;

    /// <summary>One of some words.</summary>
    public T Choice<T>(string name, T fallback, Words<T> words, string description) =>
        words.Parse(Scalar(new Key(name, words.Shape, description) { Default = words.Of(fallback) })!);

    /// <summary>One of some words, or null where the key is missing.</summary>
    public T? Optional<T>(string name, Words<T> words, string description, string absent)
        where T : class =>
        Scalar(new Key(name, words.Shape, description) { Absent = absent }) is { } text ? words.Parse(text) : null;

    /// <summary>One of some words; every definition must have it.</summary>
    public T Required<T>(string name, Words<T> words, string description) =>
        words.Parse(Scalar(new Key(name, words.Shape, description) { Required = true }) ?? words.Shape.Words[0]);

    /// <summary>A text; every definition must have it.</summary>
    public T Required<T>(string name, TextShape<T> form, string description, bool perCluster = false) =>
        form.Parse(Scalar(new Key(name, form, description) { Required = true, PerCluster = perCluster })!);

    /// <summary>A text with a default.</summary>
    public T Text<T>(string name, TextShape<T> form, string fallback, string description) =>
        form.Parse(Scalar(new Key(name, form, description) { Default = fallback })!);

    /// <summary>A text, or null where the key is missing.</summary>
    public T? Optional<T>(string name, TextShape<T> form, string description, string absent = "none", bool perCluster = false)
        where T : class =>
        Scalar(new Key(name, form, description) { Absent = absent, PerCluster = perCluster }) is { } text ? form.Parse(text) : null;

    /// <summary>A list of texts, or null where the key is missing.</summary>
    /// <param name="name">Its key.</param>
    /// <param name="form">The form of an entry.</param>
    /// <param name="count">The allowed number of entries.</param>
    /// <param name="description">One sentence.</param>
    /// <param name="absent">What happens without the key, for the reference.</param>
    /// <param name="required">True if every definition must have it.</param>
    /// <param name="repeats">True if a text may occur twice, as in the arguments of a program.</param>
    public ImmutableArray<T>? List<T>(string name, TextShape<T> form, (int Minimum, int Maximum, string Rule) count, string description,
        string absent = "none", bool required = false, bool repeats = false) =>
        Items(new Key(name, new ListShape(form, count.Minimum, count.Maximum) { CountRule = count.Rule, Repeats = repeats },
            description)
        { Absent = absent, Required = required }) is { } items
            ? [.. items.Select(form.Parse)]
            : null;

    /// <summary>A mapping below this one.</summary>
    /// <param name="name">Its key.</param>
    /// <param name="description">One sentence.</param>
    /// <param name="bind">Its binding function.</param>
    /// <param name="required">True if every definition must have it.</param>
    /// <param name="whole">True if a cluster's own mapping replaces the one in <c>defaults</c>.</param>
    public abstract T Mapping<T>(string name, string description, Func<Section, T> bind, bool required = false, bool whole = false);

    /// <summary>A mapping below this one, or null where the key is missing.</summary>
    public abstract T? OptionalMapping<T>(string name, string description, Func<Section, T> bind)
        where T : class;

    /// <summary>A list of mappings, the defaults of all entries, and named groups of entries between them.</summary>
    /// <param name="defaults">The key of the mapping with the defaults.</param>
    /// <param name="groups">The key of the groups, by name: an entry takes the keys of the group in its <see cref="GroupKey"/> before the
    /// defaults.</param>
    /// <param name="entries">The key of the list.</param>
    /// <param name="count">The allowed number of entries.</param>
    /// <param name="bind">Binds an entry.</param>
    public abstract ImmutableArray<T> Entries<T>(
        (string Name, string Description) defaults, (string Name, string Description) groups, (string Name, string Description) entries,
            (int Minimum, int Maximum, string Rule) count, Func<Section, T> bind);

    /// <summary>A list of mappings; a cluster's own list replaces the one in <c>defaults</c>, as every list does.</summary>
    public abstract ImmutableArray<T> MappingList<T>(
        string name, string description, (int Minimum, int Maximum, string Rule) count, Func<Section, T> bind);

    /// <summary>The same for a list that may be empty.</summary>
    public ImmutableArray<T> MappingList<T>(string name, string description, int maximum, Func<Section, T> bind) =>
        MappingList(name, description, (0, maximum, DefinitionRules.ItemCount), bind);

    /// <summary>A mapping with any keys, for example the zones of stub domains.</summary>
    /// <param name="name">Its key.</param>
    /// <param name="description">One sentence.</param>
    /// <param name="form">The form of its keys, and their name in the reference.</param>
    /// <param name="bind">Binds the value of one key; it gets the mapping as a section.</param>
    public abstract ImmutableArray<(TKey Key, T Value)> Keyed<TKey, T>(
        string name, string description, (string Word, TextShape<TKey> Shape) form, Func<Section, string, T> bind);

    /// <summary>A mapping of anything: a cluster's own, merged over the one in <c>defaults</c>; null if the key is missing.</summary>
    public abstract Mapping? Free(string name, string description);

    /// <summary>The text of a scalar; null if the key has no valid value, no default and is not required.</summary>
    protected abstract string? Scalar(Key key);

    protected abstract IEnumerable<string>? Items(Key key);
}

/// <summary>The allowed words of a choice and their values.</summary>
public sealed class Words<T>(params ImmutableArray<(string Word, T Value)> pairs)
{
    public ChoiceShape Shape { get; } = new([.. pairs.Select(pair => pair.Word)]);

    public T Parse(string word) => pairs.First(pair => pair.Word == word).Value;

    public string Of(T value) => pairs.First(pair => EqualityComparer<T>.Default.Equals(pair.Value, value)).Word;
}
