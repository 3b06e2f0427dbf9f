namespace PlatformGitOps.Acceptance;

public class Placeholder
{
    [Test]
    public void Builds() => typeof(object).ShouldNotBeNull();
}
