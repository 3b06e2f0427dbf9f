using PlatformGitOps.Generator.Apps.CoreDns;

namespace PlatformGitOps.Generator.Tests.Apps;

/// <summary>The memory that a cluster's size asks for.</summary>
public sealed class ClusterSizeTests
{
    /// <summary>docs/corefile.md has the measurement: 20,000 pods and 2,000 Services, the cache full.</summary>
    [TestCase(false, 92)]
    [TestCase(true, 438)]
    public void It_is_no_less_than_what_was_measured(bool autopath, int megabytes) =>
        new ClusterSize(20_000, 2_000)
        .Needs(DnsDefinition.Read(autopath ? "autopath: true" : "").Dns).ShouldBeGreaterThanOrEqualTo(megabytes * 1_000_000m);
}
