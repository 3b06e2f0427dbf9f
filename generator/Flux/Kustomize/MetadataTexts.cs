namespace PlatformGitOps.Generator.Flux.Kustomize;

/// <summary>Labels and annotations that kustomize makes texts of, whatever the files have there (api/resource/resource.go).</summary>
internal static class MetadataTexts
{
    private const string Metadata = "metadata", Annotations = "annotations";

    private static readonly string[] Both = ["labels", Annotations];

    /// <summary>An object as it is printed: kustomize takes annotations of its own away, and writes what is left as texts.</summary>
    public static Mapping Printed(Mapping body) =>
        body.At(Metadata, Annotations) is Mapping { Entries.IsEmpty: true } or Scalar { IsNull: true }
            ? Without(body, Annotations) : Texts(body, Annotations, AsWritten);

    /// <summary>An object behind a JSON patch: it was JSON, and has its numbers and times.</summary>
    public static Mapping AfterOperations(Mapping body) =>
        Texts(body, Annotations, scalar => scalar.IsString ? scalar.Value : Json(PlainScalars.Canonical(scalar.Value)));

    /// <summary>A strategic merge with a target. kustomize lays its labels and annotations over those of the object before it merges, so
    /// that a null deletes none of them.</summary>
    public static Mapping OfTargeted(Mapping patch) => Both.Aggregate(patch, (changed, key) =>
        changed.At(Metadata, key) is Scalar { IsNull: true } ? Without(changed, key) : Texts(changed, key, AsWritten));

    /// <summary>The nulls of such a merge: each of its labels and annotations becomes a text, and a whole mapping is left alone.</summary>
    public static IEnumerable<(Entry Entry, string[] Path)> NullsOfTargeted(Mapping patch) =>
        from key in Both
        from entry in patch.EntriesAt(Metadata).Where(entry => entry.Key == key)
        from found in (entry.Value as Mapping)?.Select(pair => (Entry: pair, Path: new[] { Metadata, key, pair.Key }))
            .Prepend((entry, [Metadata, key])) ?? [(entry, [Metadata, key])]
        where found.Entry.Value is Scalar { IsNull: true }
        select found;

    /// <summary>A node as it is in its file: of a kustomization.yaml itself, kustomize makes no times.</summary>
    public static Node AsWritten(Node node) => node switch
    {
        Scalar { Written: { } written } date => date with { Value = written, Written = null },
        Mapping mapping => mapping.Aggregate(mapping, (changed, entry) => AsWritten(entry.Value) is var value
            && ReferenceEquals(value, entry.Value) ? changed : changed.Set(entry with { Value = value })),
        Sequence sequence when sequence.Items.Select(AsWritten).ToImmutableArray() is var items && !items.SequenceEqual(sequence.Items) =>
            sequence with { Items = items },
        _ => node,
    };

    private static string AsWritten(Scalar scalar) => scalar.Written ?? scalar.Value;

    private static Mapping Without(Mapping body, string key) => body.Set(Metadata, ((Mapping)body[Metadata]!).Without(key));

    private static Mapping Texts(Mapping body, string key, Func<Scalar, string> text) =>
        body.At(Metadata, key) is not Mapping pairs || pairs.All(pair => IsText(pair.Value)) ? body
            : body.SetAt([Metadata, key], new Mapping(pairs.Select(pair => pair with { Value = Text(pair.Value, text) }))
            {
                Position = pairs.Position,
                File = pairs.File,
            });

    private static bool IsText(Node value) => value is Scalar { IsString: true, Written: null };

    private static Node Text(Node value, Func<Scalar, string> text) => IsText(value) ? value
        : new Scalar(value is Scalar scalar ? text(scalar) : "") { IsText = true, Position = value.Position, File = value.File };

    /// <summary>A number as Go writes it: a million has an exponent.</summary>
    private static string Json(string canonical)
    {
        if (!double.TryParse(canonical, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            || Math.Abs(number) is 0 or (>= 1e-4 and < 1e6))
        {
            return canonical;
        }

        var shortest = Enumerable.Range(0, 17).Select(places => number.ToString($"e{places}", CultureInfo.InvariantCulture))
            .First(text => double.Parse(text, CultureInfo.InvariantCulture) == number);
        return shortest[^3] == '0' ? shortest.Remove(shortest.Length - 3, 1) : shortest;
    }
}
