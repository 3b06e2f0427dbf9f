using PlatformGitOps.Generator.Findings;

namespace PlatformGitOps.Generator.Disk;

/// <summary>One file's outcome.</summary>
/// <param name="Path">Relative to the root, with forward slashes.</param>
/// <param name="Outcome">What was done.</param>
/// <param name="Finding">Why nothing was done and what to do; set for refused and failed files only.</param>
public sealed record FileResult(string Path, Outcome Outcome, Finding? Finding = null);
