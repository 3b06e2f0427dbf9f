using System.Collections.Immutable;
using PlatformGitOps.Generator.Findings;

namespace PlatformGitOps.Generator.Substitution;

/// <summary>What one Flux Kustomization substitutes.</summary>
public sealed record VariableSet(IReadOnlyDictionary<string, string> Values, ImmutableArray<Finding> Findings);
