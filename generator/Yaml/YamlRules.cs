namespace PlatformGitOps.Generator.Yaml;

/// <summary>The ids of what can be wrong with a text before anybody asks what it means.</summary>
public static class YamlRules
{
    public const string TooLarge = "yaml-too-large";
    public const string NotUtf8 = "yaml-not-utf8";
    public const string Hidden = "yaml-hidden-character";
    public const string Tab = "yaml-tab";
    public const string Syntax = "yaml-syntax";
    public const string TooDeep = "yaml-too-deep";
    public const string Documents = "yaml-several-documents";
    public const string DuplicateKey = "yaml-duplicate-key";
    public const string KeyNotText = "yaml-key-not-text";
    public const string Anchor = "yaml-anchor";
    public const string Alias = "yaml-alias";
    public const string MergeKey = "yaml-merge-key";
    public const string Tag = "yaml-tag";
    public const string TooManyFindings = "yaml-too-many-findings";
}
