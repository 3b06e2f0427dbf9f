using System.Collections.Immutable;
using PlatformGitOps.Generator.Findings;

namespace PlatformGitOps.Generator.Kustomize;

/// <summary>What a build gave.</summary>
/// <param name="Resources">In the order in which kustomize would print them; incomplete where there are findings.</param>
/// <param name="Findings">Why the build failed, or what this resolver does not know; empty for a sound build.</param>
public sealed record BuildResult(ImmutableArray<Resource> Resources, ImmutableArray<Finding> Findings);
