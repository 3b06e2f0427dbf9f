namespace PlatformGitOps.Controller.Tests;

public class Placeholder
{
    [Test]
    public void Builds() => typeof(object).ShouldNotBeNull();
}
