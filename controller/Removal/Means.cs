using PlatformGitOps.Controller.Policies;

namespace PlatformGitOps.Controller.Removal;

/// <summary>What is written to take a pod out of DNS. A pod has one state for each means, whichever Services ask for it.</summary>
/// <param name="Method">How.</param>
/// <param name="Label">The serve label; empty for the other methods.</param>
internal readonly record struct Means(RemovalMethod Method, string Label)
{
    public static Means Of(HealthPolicy policy) =>
        new(policy.Removal, policy.Removal == RemovalMethod.ServeLabel ? policy.ServeLabel : "");
}
