namespace PlatformGitOps.Generator.Tests;

public class Placeholder
{
    [Test]
    public void Builds() => typeof(object).ShouldNotBeNull();
}
