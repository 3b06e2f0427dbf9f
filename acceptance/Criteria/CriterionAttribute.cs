namespace PlatformGitOps.Acceptance.Criteria;

/// <summary>A class whose methods are the rows of one criterion of the story.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class CriterionAttribute(string id, string text) : Attribute
{
    public string Id { get; } = id;
    public string Text { get; } = text;
}
