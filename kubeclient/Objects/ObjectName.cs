namespace PlatformGitOps.KubeClient.Objects;

/// <summary>The namespace and name of one object; the namespace is null for kinds that have none.</summary>
public readonly record struct ObjectName(string? Namespace, string Name)
{
    /// <summary>Reads <c>namespace/name</c>, the form logs and command lines use.</summary>
    public static bool TryParse(string text, out ObjectName name)
    {
        var parts = text.Split('/');
        name = parts.Length == 2 ? new ObjectName(parts[0], parts[1]) : default;
        return parts.Length == 2 && parts[0].Length > 0 && parts[1].Length > 0;
    }

    public override string ToString() => Namespace is null ? Name : $"{Namespace}/{Name}";
}
