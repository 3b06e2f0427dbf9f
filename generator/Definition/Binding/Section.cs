using Mapping = PlatformGitOps.Generator.Yaml.Mapping;

namespace PlatformGitOps.Generator.Definition.Binding;

/// <summary>
/// A mapping of the definition as its binding function sees it. The function names each key once, with type, default and description;
/// a <see cref="SectionReader"/> answers with the values of a file, a <see cref="SectionRecorder"/> keeps the keys for the JSON Schema and
/// the reference. Where a value is wrong or missing, the function gets the default or an example instead: there is a finding about it.
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

    /// <summary>One of some words, which every definition must have.</summary>
    public T Required<T>(string name, Words<T> words, string description) =>
        words.Parse(Scalar(new Key(name, words.Shape, description) { Required = true }) ?? words.Shape.Words[0]);

    /// <summary>A text that every definition must have.</summary>
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
    /// <param name="count">How many there may be.</param>
    /// <param name="description">One sentence.</param>
    /// <param name="absent">What holds without the key.</param>
    /// <param name="required">True where every definition must have it.</param>
    /// <param name="repeats">True where a text may be there twice, as in the arguments of a program.</param>
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
    /// <param name="required">True where every definition must have it.</param>
    /// <param name="whole">True where a cluster's own mapping replaces the one in <c>defaults</c>.</param>
    public abstract T Mapping<T>(string name, string description, Func<Section, T> bind, bool required = false, bool whole = false);

    /// <summary>A mapping below this one, or null where the key is missing.</summary>
    public abstract T? OptionalMapping<T>(string name, string description, Func<Section, T> bind)
        where T : class;

    /// <summary>A list of mappings, a mapping whose keys are the defaults of each, and named mappings between them.</summary>
    /// <param name="defaults">What holds for each entry.</param>
    /// <param name="groups">Mappings by their names: an entry whose <see cref="GroupKey"/> has the name takes its keys before the defaults.
    /// </param>
    /// <param name="entries">The list.</param>
    /// <param name="count">How many there may be.</param>
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

    /// <summary>A mapping whose keys are free, for example the zones of stub domains.</summary>
    /// <param name="name">Its key.</param>
    /// <param name="description">One sentence.</param>
    /// <param name="form">The form of its keys, with their word in the reference.</param>
    /// <param name="bind">Binds one key of the mapping, which it gets as a section.</param>
    public abstract ImmutableArray<(TKey Key, T Value)> Keyed<TKey, T>(
        string name, string description, (string Word, TextShape<TKey> Shape) form, Func<Section, string, T> bind);

    /// <summary>A mapping of anything, a cluster's own merged over the one in <c>defaults</c>; null where the key is missing.</summary>
    public abstract Mapping? Free(string name, string description);

    /// <summary>The text of a scalar; null only where the key is missing or wrong and has neither a default nor must be there.</summary>
    protected abstract string? Scalar(Key key);

    protected abstract IEnumerable<string>? Items(Key key);
}

/// <summary>The words of a choice, each with its meaning.</summary>
public sealed class Words<T>(params ImmutableArray<(string Word, T Value)> pairs)
{
    public ChoiceShape Shape { get; } = new([.. pairs.Select(pair => pair.Word)]);

    public T Parse(string word) => pairs.First(pair => pair.Word == word).Value;

    public string Of(T value) => pairs.First(pair => EqualityComparer<T>.Default.Equals(pair.Value, value)).Word;
}
