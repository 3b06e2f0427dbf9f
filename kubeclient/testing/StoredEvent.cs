using System.Text.Json.Nodes;

namespace PlatformGitOps.KubeClient.Testing;

/// <summary>One change, as a watch tells it.</summary>
public sealed record StoredEvent(long Version, string Type, string Plural, JsonObject Item);
