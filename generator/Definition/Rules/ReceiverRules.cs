namespace PlatformGitOps.Generator.Definition.Rules;

/// <summary>
/// Receivers that notification-controller cannot make, or whose service refuses what it posts (its internal/notifier, of Flux 2.9).
/// </summary>
internal static class ReceiverRules
{
    /// <summary>How the address of Slack's API ends, which is not a credential, unlike that of a webhook.</summary>
    private const string SlackApi = "/api/chat.postMessage";

    /// <summary>
    /// What is only made with a token, or posts with one alone. azuredevops is not among them: it may have the identity of the cloud.
    /// </summary>
    private static readonly ImmutableHashSet<string> WithToken =
        ["github", "gitlab", "gitea", "bitbucket", "datadog", "opsgenie", "telegram", "matrix", "webex", "generic-hmac"];

    /// <summary>What the key channel is to the receivers that do not do without it.</summary>
    private static readonly ImmutableDictionary<string, string> Channels = new Dictionary<string, string>
    {
        ["telegram"] = "the chat, as its number or as @name",
        ["matrix"] = "the id of the room",
        ["webex"] = "the id of the room",
        ["nats"] = "the subject",
        ["pagerduty"] = "the integration key",
    }.ToImmutableDictionary();

    public static void Check(Cluster cluster, SectionReader at)
    {
        foreach (var (receiver, entry) in cluster.Notifications.Zip(at.Entries("notifications")))
        {
            Check(receiver, entry);
        }
    }

    private static void Check(NotificationSettings receiver, SectionReader entry)
    {
        if (receiver is { Address: not null, SecretName: null } && (WithToken.Contains(receiver.Type) || IsSlackApi(receiver)))
        {
            entry.Report(DefinitionRules.NotificationToken, "type",
                $"A receiver of type {receiver.Type} needs a token, and '{receiver.Name}' has no Secret.",
                "Write 'secretName:' with a Secret in flux-system whose key token has it.", "address", "secretName");
        }

        if (receiver.Channel is null && (IsSlackApi(receiver) ? "the channel, which Slack's API does not choose"
            : Channels.GetValueOrDefault(receiver.Type)) is { } channel)
        {
            entry.Report(DefinitionRules.NotificationChannel, "type",
                $"A receiver of type {receiver.Type} needs a channel, and '{receiver.Name}' has none: nothing would be delivered.",
                $"Write 'channel:' with {channel}.", "channel");
        }
    }

    private static bool IsSlackApi(NotificationSettings receiver) =>
        receiver is { Type: "slack", Address: { } address } && address.EndsWith(SlackApi, StringComparison.Ordinal);
}
