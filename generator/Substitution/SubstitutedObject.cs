using System.Collections.Immutable;
using PlatformGitOps.Generator.Findings;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Substitution;

/// <summary>An object as the cluster receives it.</summary>
/// <param name="Resource">The object; where substitution failed, the object before it.</param>
/// <param name="Findings">Why Flux would refuse it.</param>
public sealed record SubstitutedObject(Mapping Resource, ImmutableArray<Finding> Findings);
