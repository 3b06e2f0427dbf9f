namespace PlatformGitOps.Generator.Definition.Binding;

/// <summary>
/// A mapping of a file, with the one in <c>defaults</c> behind it. After binding, rules query it by path (<c>dns.upstreams[1]</c>): they
/// get positions, learn whether a value is valid, and report findings.
/// </summary>
public sealed class SectionReader : Section
{
    private readonly DefinitionFindings findings;
    private readonly Mapping? own;
    private readonly SectionReader? inherited;
    private readonly bool broken;
    private readonly List<(string Name, SectionReader Section)> sections = [];
    private readonly List<(string Name, ImmutableArray<SectionReader> Sections)> lists = [];
    private List<string>? missing;

    private SectionReader(DefinitionFindings findings, Node? own, SectionReader? inherited, Position position, bool broken)
    {
        (this.findings, this.inherited, this.own) = (findings, inherited, own as Mapping);
        this.broken = broken || (own is not null and not Yaml.Mapping) || (own is not null && findings.IsFaulty(own));
        Position = own?.Position ?? position;
    }

    internal SectionReader(DefinitionFindings findings, Mapping root)
        : this(findings, root, null, root.Position, broken: false)
    {
    }

    public Position Position { get; }

    /// <summary>The cluster of this mapping; null for the definition, its defaults and its groups.</summary>
    private string? Cluster { get; init; }

    public override T Mapping<T>(string name, string description, Func<Section, T> bind, bool required = false, bool whole = false) =>
        bind(Child(name, whole, required));

    public override T? OptionalMapping<T>(string name, string description, Func<Section, T> bind)
        where T : class => bind(Child(name, whole: false, required: false)) is var value && Find(name) is not null ? value : null;

    public override ImmutableArray<T> Entries<T>(
        (string Name, string Description) defaults, (string Name, string Description) groups, (string Name, string Description) entries,
            (int Minimum, int Maximum, string Rule) count, Func<Section, T> bind)
    {
        var behind = Child(defaults.Name, whole: false, required: false);
        bind(behind);
        var between = (own?[groups.Name] as Mapping)?.Entries.ToDictionary(
            entry => entry.Key, entry => new SectionReader(findings, entry.Value, behind, entry.Value.Position, broken: false)) ?? [];
        foreach (var group in between.Values)
        {
            bind(group);
        }

        ImmutableArray<SectionReader> list = own?[entries.Name] is Sequence sequence
            ? [.. sequence.Items.OfType<Mapping>().Select(entry => new SectionReader(findings, entry,
                entry[GroupKey] is Scalar { Value: var group } ? between.GetValueOrDefault(group, behind) : behind,
                entry.Position, broken: false)
            { Cluster = (entry["name"] as Scalar)?.Value })]
            : [];
        lists.Add((entries.Name, list));
        return [.. list.AsEnumerable().Select(bind)];
    }

    public override ImmutableArray<(TKey Key, T Value)> Keyed<TKey, T>(
        string name, string description, (string Word, TextShape<TKey> Shape) form, Func<Section, string, T> bind)
    {
        var child = Child(name, whole: false, required: false);
        return [.. child.Names().Where(key => form.Shape.Check(key) is null)
            .Select(key => (form.Shape.Parse(key), bind(child, key)))];
    }

    public override ImmutableArray<T> MappingList<T>(
        string name, string description, (int Minimum, int Maximum, string Rule) count, Func<Section, T> bind)
    {
        ImmutableArray<SectionReader> list = Find(name) is Sequence sequence
            ? [.. sequence.Items.OfType<Mapping>().Select(entry => new SectionReader(findings, entry, null, entry.Position, broken))]
            : [];
        lists.Add((name, list));
        return [.. list.AsEnumerable().Select(bind)];
    }

    public override Mapping? Free(string name, string description)
    {
        if (own?[name] is Mapping written)
        {
            CheckTexts(written);
            return inherited?.Find(name) is Mapping behind ? Merged(behind, written) : written;
        }

        return Find(name) as Mapping;
    }

    /// <summary>Checks what typed keys check in their forms: variables of Flux, and credentials.</summary>
    private void CheckTexts(Mapping node)
    {
        foreach (var scalar in node.Scalars(text => text.Contains("${")
            || text.Contains("$$")))
        {
            var dollar = DollarFault.OfVariable(scalar.Value)!;
            findings.Add(dollar.Rule, scalar.Position, $"The value {dollar.Problem}.", dollar.Fix);
        }

        foreach (var entry in Entries(node).Where(entry => entry.Value is Scalar { Value.Length: > 0, IsString: true }
            && SecretKeys.IsSecret(entry.Key)))
        {
            findings.Add(DefinitionRules.Secret, entry.KeyPosition,
                $"The key '{entry.Key}' would put a credential into the repository.", DefinitionFindings.SecretFix);
        }

        static IEnumerable<Entry> Entries(Node node) => node switch
        {
            Mapping mapping => mapping.Entries.SelectMany(entry => Entries(entry.Value).Append(entry)),
            Sequence sequence => sequence.Items.SelectMany(Entries),
            _ => [],
        };
    }

    private static Mapping Merged(Mapping behind, Mapping own) => own.Entries.Aggregate(behind, (merged, entry) =>
        merged.Set(entry.Key, merged[entry.Key] is Mapping inner && entry.Value is Mapping outer ? Merged(inner, outer) : entry.Value));

    /// <summary>The sections of a list of mappings, in the order of the bound entries.</summary>
    public ImmutableArray<SectionReader> Entries(string name) => lists.First(list => list.Name == name).Sections;

    /// <summary>The section of a bound mapping. A key that contains dots is in double quotes.</summary>
    public SectionReader At(string path) => Segments(path)
        .Aggregate(this, (section, name) => section.sections.First(child => child.Name == name).Section);

    /// <summary>True if the file sets the key, not a default of the generator.</summary>
    public bool Has(string path) => Target(path) is var (section, name, _) && section.Find(name) is not null;

    /// <summary>True if this mapping itself sets the key, not only <c>defaults</c>.</summary>
    public bool Owns(string path) => Target(path) is var (section, name, _) && section.own?[name] is not null;

    /// <summary>False if a value is wrong or missing, so that the bound record has an example instead.</summary>
    public bool IsSound(string path) => Target(path) is var (section, name, index)
        && ((index is not null && section.Find(name) is Sequence) || section.IsSoundKey(name));

    /// <summary>The position of a value; if the value is a default, of the mapping around it.</summary>
    public Position PositionOf(string path)
    {
        var (section, name, index) = Target(path);
        var node = section.Find(name);
        return index is { } at && node is Sequence sequence ? section.SoundItems(sequence).ElementAt(at).Position : node?.Position
            ?? section.Position;
    }

    /// <summary>The text of a scalar in the file, valid or not.</summary>
    public string? Written(string path) => Target(path) is var (section, name, _) ? (section.Find(name) as Scalar)?.Value : null;

    /// <summary>Reports a finding at a value, unless that value, or one that the finding needs, already has a finding.</summary>
    public void Report(string rule, string path, string message, string fix, params ReadOnlySpan<string> needs)
    {
        var sound = IsSound(path);
        foreach (var other in needs)
        {
            sound = sound && IsSound(other);
        }

        if (sound)
        {
            findings.Add(rule, PositionOf(path), message, fix, Has(path) && !Owns(path) ? Cluster : null);
        }
    }

    /// <summary>Reports a finding at a position.</summary>
    public void Report(string rule, Position position, string message, string fix) => findings.Add(rule, position, message, fix);

    protected override string? Scalar(Key key)
    {
        if (!IsSoundKey(key.Name))
        {
            return SectionRecorder.Placeholder(key);
        }

        if (Find(key.Name) is Scalar scalar)
        {
            return scalar.Value;
        }

        if (key.Required)
        {
            (missing ??= []).Add(key.Name);
        }

        return SectionRecorder.Placeholder(key);
    }

    protected override IEnumerable<string>? Items(Key key) =>
        Find(key.Name) is Sequence sequence ? SoundItems(sequence).Select(item => item.Value) : Find(key.Name) is null ? null : [];

    private IEnumerable<Scalar> SoundItems(Sequence sequence) => sequence.Items.OfType<Scalar>().Where(item => !findings.IsFaulty(item));

    private SectionReader Child(string name, bool whole, bool required)
    {
        var node = own?[name];
        var behind = whole && node is not null ? null : inherited?.sections.FirstOrDefault(section => section.Name == name).Section;
        var isBroken = broken || (required && node is null && behind is null);
        var child = new SectionReader(findings, node, behind, Position, isBroken) { Cluster = Cluster };
        sections.Add((name, child));
        return child;
    }

    /// <summary>The keys of this mapping and of its defaults.</summary>
    private IEnumerable<string> Names() =>
        (inherited?.Names() ?? []).Concat(own?.Entries.Select(entry => entry.Key) ?? []).Distinct(StringComparer.Ordinal);

    private Node? Find(string name) => own?[name] ?? inherited?.Find(name);

    private bool IsSoundKey(string name) => !broken && missing?.Contains(name) != true
        && (own?[name] is { } node ? !findings.IsFaulty(node) : inherited?.Find(name) is null || inherited.IsSoundKey(name));

    private (SectionReader Section, string Name, int? Index) Target(string path)
    {
        var bracket = path.IndexOf('[', StringComparison.Ordinal);
        int? index = bracket < 0 ? null : int.Parse(path.AsSpan(bracket + 1, path.Length - bracket - 2), CultureInfo.InvariantCulture);
        var names = Segments(bracket < 0 ? path : path[..bracket]).ToArray();
        return (names[..^1].Aggregate(this, (section, name) => section.At($"\"{name}\"")), names[^1], index);
    }

    /// <summary>Splits at dots outside of double quotes.</summary>
    private static IEnumerable<string> Segments(string path) => path.Split('"').SelectMany((part, place) =>
        place % 2 == 1 ? [part] : part.Split('.', StringSplitOptions.RemoveEmptyEntries));
}
