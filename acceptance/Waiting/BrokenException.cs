using System.Globalization;

namespace PlatformGitOps.Acceptance.Waiting;

/// <summary>The condition held at first and then did not; the message says when, and what was seen.</summary>
public sealed class BrokenException(string because, TimeSpan window, int held, Observation broke, Exception inner)
    : Exception(
        string.Create(CultureInfo.InvariantCulture, $"{because}: for {window.TotalSeconds:0.0} s, but after {held} looks that held\nseen: {broke}"), inner)
{
    /// <summary>Looks that held before.</summary>
    public int Held { get; } = held;

    public Observation Broke { get; } = broke;
}
