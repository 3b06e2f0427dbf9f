namespace PlatformGitOps.Generator.Flux.Kustomize;

/// <summary>Labels and annotations that kustomize converts to texts (api/resource/resource.go).</summary>
internal static class MetadataTexts
{
    private const string Metadata = "metadata", Annotations = "annotations";

    private static readonly string[] Both = ["labels", Annotations];

    /// <summary>An object in kustomize's output: without its internal annotations, the others as texts.</summary>
    public static Mapping Printed(Mapping body) =>
        body.At(Metadata, Annotations) is Mapping { Entries.IsEmpty: true } or Scalar { IsNull: true }
            ? Without(body, Annotations) : Texts(body, Annotations, scalar => scalar.Value);

    /// <summary>An object after a JSON patch: the conversion through JSON gives its numbers another format.</summary>
    public static Mapping AfterOperations(Mapping body) => Texts(body, Annotations, scalar => Json(PlainScalars.Canonical(scalar.Value)));

    /// <summary>
    /// A strategic merge patch with a target. kustomize lays its labels and annotations over those of the object before it merges, so that
    /// a null deletes none of them.
    /// </summary>
    public static Mapping OfTargeted(Mapping patch) => Both.Aggregate(patch, (changed, key) =>
        changed.At(Metadata, key) is Scalar { IsNull: true } ? Without(changed, key) : Texts(changed, key, scalar => scalar.Value));

    /// <summary>Labels and annotations that a kustomization.yaml adds: also a date stays as it is written, and null is empty.</summary>
    public static Mapping OfPairs(Mapping pairs) => new(pairs.Select(pair => pair with
    {
        Value = pair.Value is not Scalar scalar || scalar.IsText ? pair.Value
            : scalar with { Value = scalar.IsNull ? "" : scalar.Value, IsText = true },
    }))
    {
        Position = pairs.Position,
        File = pairs.File,
    };

    private static Mapping Without(Mapping body, string key) => body.Set(Metadata, ((Mapping)body[Metadata]!).Without(key));

    private static Mapping Texts(Mapping body, string key, Func<Scalar, string> text) =>
        body.At(Metadata, key) is not Mapping pairs || pairs.All(pair => pair.Value is Scalar { IsString: true }) ? body
            : body.SetAt([Metadata, key], new Mapping(pairs.Select(pair => pair with { Value = Text(pair.Value, text) }))
            {
                Position = pairs.Position,
                File = pairs.File,
            });

    private static Node Text(Node value, Func<Scalar, string> text) => value is Scalar { IsString: true } ? value
        : new Scalar(value is Scalar scalar ? text(scalar) : "") { IsText = true, Position = value.Position, File = value.File };

    /// <summary>A number in Go's format: a million is written with an exponent.</summary>
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
