namespace PlatformGitOps.KubeClient.Tests;

public class Placeholder
{
    [Test]
    public void Builds() => typeof(object).ShouldNotBeNull();
}
