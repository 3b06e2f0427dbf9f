using PlatformGitOps.Generator.Flux.Definitions;
using PlatformGitOps.Generator.Values;

namespace PlatformGitOps.Generator.Tests.Flux;

/// <summary>As the CustomResourceDefinitions of the releases say.</summary>
public sealed class FluxApiVersionsTests
{
    private const string Sources = "source.toolkit.fluxcd.io";
    private const string Notifications = "notification.toolkit.fluxcd.io";
    private const string Images = "image.toolkit.fluxcd.io";

    [TestCase(Sources, "Bucket", "2.3.0", "v1beta2", "v1beta1")]
    [TestCase(Sources, "Bucket", "2.4.0", "v1", "v1beta2", "v1beta1")]
    [TestCase(Sources, "OCIRepository", "2.6.0", "v1", "v1beta2")]
    [TestCase(Sources, "OCIRepository", "2.8.0", "v1")]
    [TestCase(Notifications, "Alert", "2.6.0", "v1beta3", "v1beta2", "v1beta1")]
    [TestCase(Notifications, "Provider", "2.8.0", "v1beta3", "v1beta2")]
    [TestCase(Notifications, "Alert", "2.9.4", "v1beta3")]
    [TestCase(Notifications, "Receiver", "2.8.0", "v1", "v1beta2")]
    [TestCase(Notifications, "Receiver", "2.9.4", "v1")]
    [TestCase(Images, "ImagePolicy", "2.6.0", "v1beta2", "v1beta1")]
    [TestCase(Images, "ImageUpdateAutomation", "2.7.0", "v1", "v1beta2")]
    [TestCase(Images, "ImageRepository", "2.9.4", "v1")]
    public void A_release_serves(string group, string kind, string flux, params string[] versions) =>
        FluxApiVersions.Served(group, kind, SemVer.Parse(flux)).ShouldBe(versions);

    [TestCase("v1", "2.9.4", true)]
    [TestCase("v1", "2.10.0", false)]
    [TestCase("v1beta2", "2.10.0", true)]
    [TestCase("v1beta3", "2.10.0", false)]
    public void A_later_release_may_serve_more(string version, string flux, bool lacks) =>
        FluxApiVersions.Lacks(Notifications, "Alert", version, SemVer.Parse(flux)).ShouldBe(lacks);

    /// <summary>A kind of the data file is served in its version by the newest release.</summary>
    [Test]
    public void The_newest_release_serves_every_kind_of_the_definitions() => FluxDefinitions.Kinds
        .Where(kind => kind.Split(' ', '/') is var parts && FluxApiVersions.Lacks(parts[1], parts[0], parts[2], FluxDefinitions.Newest))
        .ShouldBeEmpty();
}
