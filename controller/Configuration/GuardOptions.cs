namespace PlatformGitOps.Controller.Configuration;

/// <summary>What holds the controller back beyond each Service's own minimum.</summary>
public sealed record GuardOptions
{
    /// <summary>When so large a part of everything fails at once, the fault is taken to be here.</summary>
    public double VantageShare { get; init; } = 0.5;

    /// <summary>With fewer endpoints than this in all, nothing can be said about the vantage point.</summary>
    public int VantageMinimum { get; init; } = 4;

    /// <summary>How long a removal counts as flapping.</summary>
    public TimeSpan FlapWindow { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The successes needed to come back double with each further removal in the window, at most so many times.</summary>
    public int MaxFlapDoublings { get; init; } = 5;
}
