using PlatformGitOps.Generator.Definition.Shapes;

namespace PlatformGitOps.Generator.Definition.Reading;

/// <summary>What to write instead of a key that is not known, or where one is missing.</summary>
internal static class UnknownKeys
{
    public const string SecretMessage = "This looks like a credential, and the definition is committed.";

    public const string SecretMend = "Put it into a Secret in the cluster and revoke it if it was pushed; the definition names the Secret with repository.secretName.";

    public static string Mend(string word, ObjectShape shape)
    {
        if (Suggestion.For(word, shape.Keys.Select(key => key.Name)) is { } near)
        {
            return $"Did you mean '{near}'?";
        }

        return Below(shape, word) is { } path
            ? $"It belongs under {path}."
            : IsOfCluster(shape, word)
                ? "It belongs to each cluster; it cannot be a default."
                : $"Known here: {string.Join(", ", shape.Keys.Select(key => key.Name))}.";
    }

    public static string Example(Key key) => key.Shape is TextShape text ? $"Add '{key.Name}: {text.Example}'." : $"Add '{key.Name}:'. {key.Description}";

    /// <summary>True in the defaults, and in the mappings below them, for what only a cluster itself can say.</summary>
    private static bool IsOfCluster(ObjectShape shape, string word) => ReferenceEquals(shape, PlatformShapes.Defaults)
        ? PlatformShapes.Cluster[word] is not null
        : PlatformShapes.Defaults.Keys.FirstOrDefault(key => ReferenceEquals(key.Shape, shape)) is { } outer
            && PlatformShapes.Cluster[outer.Name]?.Shape is ObjectShape own && own[word] is not null;

    /// <summary>The key above, where the word is right but stands too far left.</summary>
    private static string? Below(ObjectShape shape, string word)
    {
        foreach (var key in shape.Keys)
        {
            if (key.Shape is ObjectShape inner)
            {
                if (inner[word] is not null)
                {
                    return $"'{key.Name}'";
                }

                if (Below(inner, word) is { } path)
                {
                    return $"'{key.Name}', {path}";
                }
            }
        }

        return null;
    }
}
