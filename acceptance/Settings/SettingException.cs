namespace PlatformGitOps.Acceptance.Settings;

public sealed class SettingException(string name, string value, string allowed)
    : Exception($"the setting {name} is '{value}'; it can be: {allowed}")
{
    public string Setting { get; } = name;
}
