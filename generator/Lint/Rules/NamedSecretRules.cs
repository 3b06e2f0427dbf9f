namespace PlatformGitOps.Generator.Lint.Rules;

/// <summary>Annotations and variables of containers whose names ask for a credential, in objects and in the values of charts.</summary>
internal static partial class NamedSecretRules
{
    private const string Secret = "secret-in-object";
    private const string Annotation = "annotation";

    public static readonly LintRule Rule = LintRule.Of(
        "named-secret",
        Check,
        (Secret, "An annotation or a container's variable has a name that asks for a credential, with a text that looks like one."));

    private static readonly NodeFact<IReadOnlyList<(string Name, Scalar Value, string What)>> OfObjects = new();

    /// <summary>A guess, so that it does not fail a check. What the definition gives to every object is said once.</summary>
    private static IEnumerable<Finding> Check(ClusterView cluster) =>
        from found in cluster.Applied.SelectMany(resource => OfObjects.Of(resource.Body, body => [.. Places(body)])
            .Select(place => (Resource: resource, Place: place))).DistinctBy(found => (found.Place.Name, found.Place.Value.Value))
        let place = found.Place
        select Report.At(
            place.Value,
            Secret,
            $"{found.Resource.Id.Title} has the {place.What} '{place.Name}', which looks like a credential in plain text: the name asks "
                + "for one, and the value is a word with a letter and a digit. Everyone who can read the repository can read it.",
            (place.What == Annotation ? "Revoke it, and keep it in a Secret that the reader of the annotation reads."
                : "Revoke it, and let the container read it from a Secret (valueFrom.secretKeyRef).")
                + " If it is not one, write an entry of lint.ignore in the definition.") with
        { Severity = Severity.Warning };

    private static IEnumerable<(string Name, Scalar Value, string What)> Places(Node node) => node switch
    {
        Mapping mapping => mapping.Entries.SelectMany(entry => entry switch
        {
            { Key: "env", Value: Sequence variables } => Variables(variables),
            { Value: Mapping annotations } when entry.Key.EndsWith("nnotations", StringComparison.Ordinal) => Annotations(annotations),
            _ => Places(entry.Value),
        }),
        Sequence sequence => sequence.Items.SelectMany(Places),
        _ => [],
    };

    private static IEnumerable<(string, Scalar, string)> Variables(Sequence variables) =>
        from variable in variables.Items.OfType<Mapping>()
        let name = variable.TextAt("name")
        where name is not null && variable["value"] is Scalar text && Holds(name, text)
        select (name, (Scalar)variable["value"]!, "variable");

    /// <summary>Only what is behind the domain asks for something, and checksums and paths in a store are not credentials.</summary>
    private static IEnumerable<(string, Scalar, string)> Annotations(Mapping annotations) =>
        from entry in annotations.Entries
        where entry.Value is Scalar text && !text.Value.Contains('/') && !Digest().IsMatch(entry.Key)
            && Holds(entry.Key[(entry.Key.LastIndexOf('/') + 1)..], text)
        select (entry.Key, (Scalar)entry.Value, Annotation);

    /// <summary>What has the form of a credential is found as one, whatever its name.</summary>
    private static bool Holds(string name, Scalar value) => SecretKeys.Hold(name, value.Value) && !SecretText.IsSecret(value.Value);

    [GeneratedRegex("checksum|hash|digest|sha[0-9]", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Digest();
}
