namespace PlatformGitOps.Acceptance.Resources;

public sealed record ResourceAddress(ResourceKind Kind, string? Namespace, string Name)
{
    public string Path => $"{Kind.Path(Namespace)}/{Name}";

    public override string ToString() => Namespace is null ? $"{Kind.Kind} {Name}" : $"{Kind.Kind} {Namespace}/{Name}";
}
