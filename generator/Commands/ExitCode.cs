namespace PlatformGitOps.Generator.Commands;

/// <summary>What the program ends with; scripts and CI rely on these numbers.</summary>
public static class ExitCode
{
    public const int Fine = 0;

    /// <summary>Lint findings, or a tree that is not what the definition says.</summary>
    public const int Findings = 1;

    /// <summary>A bad definition, bad usage, or a tool that is missing.</summary>
    public const int Unusable = 2;

    /// <summary>Something would have been destroyed and was not.</summary>
    public const int Refused = 3;
}
