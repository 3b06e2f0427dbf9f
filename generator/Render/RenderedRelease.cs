using System.Collections.Immutable;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Render;

/// <summary>A chart's manifests for one HelmRelease.</summary>
public sealed record RenderedRelease(string Name, string Namespace, string Chart, string Version, ImmutableArray<Mapping> Objects);
