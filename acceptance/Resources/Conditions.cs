namespace PlatformGitOps.Acceptance.Resources;

/// <summary>status.conditions, as nodes, pods, Deployments and Flux' objects have them.</summary>
public static class Conditions
{
    public static bool Holds(Resource resource, string type) => Find(resource, type)?.Text("status") == "True";

    /// <summary>The condition's reason and message, for people.</summary>
    public static string Say(Resource resource, string type) =>
        Find(resource, type) is { } condition
            ? $"{resource}: {type}={condition.Text("status")} {condition.Text("reason")} {condition.Text("message")}"
            : $"{resource}: no condition {type}";

    private static Resource? Find(Resource resource, string type) =>
        resource.Parts("status.conditions").FirstOrDefault(condition => condition.Text("type") == type);
}
