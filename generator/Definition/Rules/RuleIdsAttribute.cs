namespace PlatformGitOps.Generator.Definition.Rules;

/// <summary>Marks a class whose public or internal constants are ids of what can be wrong with a definition.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class RuleIdsAttribute : Attribute;
