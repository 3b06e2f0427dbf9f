namespace PlatformGitOps.Acceptance.Resources;

/// <summary>
/// A Kubernetes resource as a document. Criteria read rendered and live resources with the same paths, such as
/// <c>spec.template.spec.containers[0].image</c>; a missing value is null, an empty list or an empty map.
/// </summary>
public sealed class Resource(JsonObject document)
{
    public JsonObject Document { get; } = document;

    public string ApiVersion => Text("apiVersion") ?? "";
    public string Kind => Text("kind") ?? "";
    public string Name => Text("metadata.name") ?? "";
    public string? Namespace => Text("metadata.namespace");
    public string Uid => Text("metadata.uid") ?? "";
    public IReadOnlyDictionary<string, string> Labels => Map("metadata.labels");
    public IReadOnlyDictionary<string, string> Annotations => Map("metadata.annotations");

    /// <summary>True for objects of Flux's controllers: sources, Kustomizations, releases.</summary>
    public bool IsOfFlux => ApiVersion.Contains(".toolkit.fluxcd.io/");

    public bool Is(ResourceKind kind) => kind.Kind == Kind && kind.ApiVersion == ApiVersion;

    public JsonNode? At(string path) => JsonPath.Find(Document, path);

    public string? Text(string path) => At(path) is JsonValue value ? Scalar(value) : null;

    public int? Number(string path) =>
        int.TryParse(Text(path), NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : null;

    public bool? Flag(string path) => bool.TryParse(Text(path), out var flag) ? flag : null;

    public IReadOnlyList<JsonNode> Items(string path) => At(path) is JsonArray items ? [.. items.OfType<JsonNode>()] : [];

    public IReadOnlyList<string> Texts(string path) => [.. Items(path).OfType<JsonValue>().Select(Scalar)];

    /// <summary>The objects in a list, each readable with its own paths.</summary>
    public IReadOnlyList<Resource> Parts(string path) => [.. Items(path).OfType<JsonObject>().Select(part => new Resource(part))];

    public Resource? Part(string path) => At(path) is JsonObject part ? new Resource(part) : null;

    public IReadOnlyDictionary<string, string> Map(string path) =>
        At(path) is JsonObject map
            ? map.Where(entry => entry.Value is JsonValue).ToDictionary(entry => entry.Key, entry => Scalar((JsonValue)entry.Value!))
            : new Dictionary<string, string>();

    public Resource Copy() => new((JsonObject)Document.DeepClone());

    /// <summary>A copy without the fields that the API server sets, so that it can be written again.</summary>
    public Resource AsWritten()
    {
        var copy = Copy();
        copy.Document.Remove("status");
        foreach (var owned in new[] { "uid", "resourceVersion", "creationTimestamp", "generation", "managedFields" })
        {
            copy.Document["metadata"]?.AsObject().Remove(owned);
        }

        return copy;
    }

    public override string ToString() => Namespace is null ? $"{Kind} {Name}" : $"{Kind} {Namespace}/{Name}";

    private static string Scalar(JsonValue value) => value.TryGetValue<string>(out var text) ? text : value.ToJsonString();
}

/// <summary>Reads status.conditions of nodes, pods, Deployments and Flux objects.</summary>
public static class Conditions
{
    public static bool Holds(Resource resource, string type) => Find(resource, type)?.Text("status") == "True";

    /// <summary>The condition's reason and message, and why containers of a pod do not start, such as a missing image.</summary>
    public static string Say(Resource resource, string type) =>
        (Find(resource, type) is { } condition
            ? $"{resource}: {type}={condition.Text("status")} {condition.Text("reason")} {condition.Text("message")}"
            : $"{resource}: no condition {type}") + string.Concat(Waiting(resource));

    private static IEnumerable<string> Waiting(Resource pod) =>
        from container in pod.Parts("status.initContainerStatuses").Concat(pod.Parts("status.containerStatuses"))
        let waiting = container.Part("state.waiting")
        where waiting is not null
        select $"; {container.Text("name")} ({container.Text("image")}): {waiting.Text("reason")} {waiting.Text("message")}".TrimEnd();

    private static Resource? Find(Resource resource, string type) =>
        resource.Parts("status.conditions").FirstOrDefault(condition => condition.Text("type") == type);
}

/// <summary>Paths such as <c>a.b[0].c</c>. For keys that contain a dot, read their parent with <see cref="Resource.Map"/>.</summary>
public static class JsonPath
{
    public static JsonNode? Find(JsonNode? root, string path)
    {
        foreach (var step in Steps(path))
        {
            root = step switch
            {
                int index => root is JsonArray items && index < items.Count ? items[index] : null,
                string key => (root as JsonObject)?[key],
                _ => null,
            };
        }

        return root;
    }

    /// <summary>A merge patch that only sets this value; null removes the field.</summary>
    public static JsonObject Patch(string path, JsonNode? value) =>
        (JsonObject)path.Split('.').Reverse().Aggregate(value, (node, key) => new JsonObject { [key] = node })!;

    /// <summary>Sets a value and creates the objects on the path; null removes it.</summary>
    public static void Set(JsonNode root, string path, JsonNode? value)
    {
        var steps = Steps(path).ToList();
        for (var i = 0; i < steps.Count - 1; i++)
        {
            var next = Child(root, steps[i]);
            if (next is null)
            {
                next = new JsonObject();
                Put(root, steps[i], next);
            }

            root = next;
        }

        Put(root, steps[^1], value);
    }

    private static JsonNode? Child(JsonNode node, object step) => step is int index ? node.AsArray()[index] : node.AsObject()[(string)step];

    private static void Put(JsonNode node, object step, JsonNode? value)
    {
        switch (step)
        {
            case int index when value is null: node.AsArray().RemoveAt(index); break;
            case int index: node.AsArray()[index] = value; break;
            case string key when value is null: node.AsObject().Remove(key); break;
            case string key: node.AsObject()[key] = value; break;
        }
    }

    private static IEnumerable<object> Steps(string path)
    {
        foreach (var part in path.Split('.'))
        {
            var bracket = part.IndexOf('[', StringComparison.Ordinal);
            yield return bracket < 0 ? part : part[..bracket];
            for (; bracket >= 0; bracket = part.IndexOf('[', bracket + 1))
            {
                var close = part.IndexOf(']', bracket);
                yield return int.Parse(part[(bracket + 1)..close], CultureInfo.InvariantCulture);
            }
        }
    }
}

public sealed class ResourceTests
{
    [TestCase("infra")]
    [TestCase("apps")]
    public void Delivered_objects_are_read_as_written(string role)
    {
        foreach (var resource in RenderedCluster.From(StorySample.Tree, role).Delivered)
        {
            ReadsBack(resource.Document);
        }
    }

    [TestCase("infra")]
    [TestCase("apps")]
    public void Delivered_objects_have_known_kinds(string role)
    {
        var tree = RenderedCluster.From(StorySample.Tree.With(Criteria.Feature.HealthController), role);

        foreach (var resource in tree.Everything.Where(resource => !resource.IsOfFlux))
        {
            ResourceKind.Of(resource).Path(resource.Namespace).ShouldStartWith("/api");
        }
    }

    [TestCase("10")]
    [TestCase("true")]
    [TestCase("1.5e3")]
    [TestCase("null")]
    [TestCase("")]
    [TestCase(" leading")]
    [TestCase("two\nlines\n")]
    [TestCase("no newline\nat the end")]
    [TestCase("- not: a list # nor a comment")]
    [TestCase("\ttab and \"quotes\"")]
    public void A_text_stays_a_text(string text) => ReadsBack(new JsonObject { ["kind"] = "Pod", ["value"] = text });

    [Test]
    public void Numbers_booleans_and_null_keep_their_types() =>
        ReadsBack((JsonObject)JsonNode.Parse(
            """{ "kind": "Pod", "number": 3, "flag": true, "nothing": null, "none": [], "empty": {} }""")!);

    private static void ReadsBack(JsonObject document) =>
        JsonNode.DeepEquals(YamlDocuments.Resources(YamlDocuments.Text(new Resource(document))).Single().Document, document)
            .ShouldBeTrue(YamlDocuments.Text(new Resource(document)));
}

public sealed class ConditionsTests
{
    [Test]
    public void A_pod_says_why_its_containers_do_not_start() => Conditions.Say(Pod("""
            { "conditions": [{ "type": "Ready", "status": "False", "reason": "ContainersNotReady", "message": "unready: [a]" }],
              "containerStatuses": [
                { "name": "a", "image": "example/a:1", "state": { "waiting": { "reason": "ImagePullBackOff", "message": "not found" } } },
                { "name": "b", "image": "example/b:1", "state": { "running": {} } }] }
            """), "Ready")
        .ShouldBe("Pod own/one: Ready=False ContainersNotReady unready: [a]; a (example/a:1): ImagePullBackOff not found");

    [Test]
    public void One_without_the_condition_says_so() => Conditions.Say(Pod("{}"), "Ready").ShouldBe("Pod own/one: no condition Ready");

    private static Resource Pod(string status) => new(new JsonObject
    {
        ["kind"] = "Pod",
        ["metadata"] = new JsonObject { ["name"] = "one", ["namespace"] = "own" },
        ["status"] = JsonNode.Parse(status),
    });
}
