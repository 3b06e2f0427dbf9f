using System.Reflection;
using PlatformGitOps.Dns.Messages;

namespace PlatformGitOps.Controller.Tests;

public sealed class Publishing
{
    /// <summary>
    /// The mark of IsAotCompatible, with which the analyzers of trimming, single files and Native AOT run in every build; their warnings
    /// are errors.
    /// </summary>
    [TestCase(typeof(Reconciler))]
    [TestCase(typeof(DnsMessage))]
    public void What_ships_is_built_under_the_analyzers_of_Native_AOT(Type type) =>
        type.Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Select(entry => $"{entry.Key}={entry.Value}").ShouldContain("IsAotCompatible=True");
}
