namespace PlatformGitOps.Acceptance.Adoption;

/// <summary>A step of the guide could not be followed.</summary>
public sealed class TakeOverException(string step, Exception because)
    : Exception($"the step \"{step}\" failed: {because.Message}", because);
