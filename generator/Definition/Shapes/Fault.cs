namespace PlatformGitOps.Generator.Definition.Shapes;

/// <summary>What is wrong with one value.</summary>
/// <param name="Rule">The finding's rule.</param>
/// <param name="Problem">A sentence's rest behind the value, without the full stop: <c>is not a version</c>.</param>
/// <param name="Mend">A whole sentence.</param>
public sealed record Fault(string Rule, string Problem, string Mend);
