namespace PlatformGitOps.Generator.Definition;

/// <summary>Which responses the CoreDNS log plugin writes (its <c>class</c>).</summary>
public enum LogClass
{
    Error,
    Denial,
    All,
}
