namespace PlatformGitOps.Generator.Lint.Rules;

/// <summary>The rights of a container besides CoreDNS, in its own securityContext, that DNS never needs.</summary>
internal static class ContainerRights
{
    /// <summary>The published binary has it as a file capability, and Pod Security "restricted" allows it.</summary>
    public const string Bind = "NET_BIND_SERVICE";

    private const string Context = "securityContext";

    private static readonly (string Key, string Value)[] Written =
        [("privileged", "true"), ("runAsUser", "0"), ("runAsNonRoot", "false"), ("allowPrivilegeEscalation", "true")];

    /// <summary>Each right with its key, as written.</summary>
    public static IEnumerable<string> Of(Mapping container) =>
    [
        .. from right in Written
           where container.TextAt(Context, right.Key) is { } text && PlainScalars.Canonical(text) == right.Value
           select $"{right.Key}: {right.Value}",
        .. container.TextAt(Context, "seccompProfile", "type") == "Unconfined" ? ["seccompProfile Unconfined"] : Array.Empty<string>(),
        .. Capabilities(container, "add").Where(name => name != Bind).Select(name => $"the capability {Printable.Of(name)}"),
    ];

    /// <summary>Names without the prefix CAP_, which runtimes accept too.</summary>
    public static string[] Capabilities(Mapping? container, string list) =>
    [
        .. (container?.ItemsAt(Context, "capabilities", list) ?? []).OfType<Scalar>().Select(name => name.Value)
            .Select(name => name.StartsWith("CAP_", StringComparison.Ordinal) ? name[4..] : name),
    ];
}
