namespace PlatformGitOps.Generator.Definition.Binding;

/// <summary>Records the keys that a binding function names.</summary>
internal sealed class SectionRecorder : Section
{
    private readonly List<Key> keys = [];

    /// <summary>The shape that a binding function reads.</summary>
    public static ObjectShape Shape<T>(Func<Section, T> bind)
    {
        var recorder = new SectionRecorder();
        bind(recorder);
        return new ObjectShape([.. recorder.keys]);
    }

    public override T Mapping<T>(string name, string description, Func<Section, T> bind, bool required = false, bool whole = false) =>
        Record(bind, shape => new Key(name, shape with { Whole = whole }, description) { Required = required });

    public override T? OptionalMapping<T>(string name, string description, Func<Section, T> bind)
        where T : class => Record(bind, shape => new Key(name, shape, description) { Optional = true });

    public override ImmutableArray<T> Entries<T>(
        (string Name, string Description) defaults, (string Name, string Description) groups, (string Name, string Description) entries,
            (int Minimum, int Maximum, string Rule) count, Func<Section, T> bind)
    {
        var entry = Shape(bind);
        var shared = entry.ForDefaults();
        keys.Add(new Key(defaults.Name, shared, defaults.Description));
        keys.Add(new Key(groups.Name, new FreeShape(shared) { Form = Forms.Label with { Example = "canary" }, SchemaOf = defaults.Name },
            groups.Description));
        keys.Add(new Key(entries.Name, new ListShape(entry, count.Minimum, count.Maximum) { CountRule = count.Rule },
            entries.Description)
        { Required = true });
        return [];
    }

    public override ImmutableArray<T> MappingList<T>(
        string name, string description, (int Minimum, int Maximum, string Rule) count, Func<Section, T> bind)
    {
        keys.Add(new Key(name, new ListShape(Shape(bind), count.Minimum, count.Maximum) { CountRule = count.Rule }, description));
        return [];
    }

    public override ImmutableArray<(TKey Key, T Value)> Keyed<TKey, T>(
        string name, string description, (string Word, TextShape<TKey> Shape) form, Func<Section, string, T> bind)
    {
        var recorder = new SectionRecorder();
        bind(recorder, $"<{form.Word}>");
        keys.Add(new Key(name, new FreeShape(recorder.keys[0].Shape) { Form = form.Shape, Word = recorder.keys[0] }, description));
        return [];
    }

    public override Yaml.Mapping? Free(string name, string description)
    {
        keys.Add(new Key(name, new FreeShape(ValueShapes.Anything), description));
        return null;
    }

    protected override string? Scalar(Key key)
    {
        keys.Add(key);
        return Placeholder(key);
    }

    protected override IEnumerable<string>? Items(Key key)
    {
        keys.Add(key);
        return null;
    }

    private T Record<T>(Func<Section, T> bind, Func<ObjectShape, Key> key)
    {
        var recorder = new SectionRecorder();
        var value = bind(recorder);
        keys.Add(key(new ObjectShape([.. recorder.keys])));
        return value;
    }

    /// <summary>A text that every binding function accepts.</summary>
    public static string? Placeholder(Key key) => key.Default ?? (key.Required && key.Shape is TextShape text ? text.Example : null);
}
