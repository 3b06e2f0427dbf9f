using System.Collections.Immutable;
using PlatformGitOps.Generator.Findings;

namespace PlatformGitOps.Generator.Yaml;

/// <summary>What was read of a YAML text. Documents may be incomplete where there are findings.</summary>
/// <param name="Documents">In their order; an empty document is a null scalar.</param>
/// <param name="Findings">In the order of the text; empty when the text is sound.</param>
public sealed record YamlText(ImmutableArray<Node> Documents, ImmutableArray<Finding> Findings);
