namespace PlatformGitOps.Generator.Render;

/// <summary>Ends a rendering that cannot go on; <see cref="ClusterRender"/> makes a result of it.</summary>
internal sealed class RenderException(string message) : Exception(message);
