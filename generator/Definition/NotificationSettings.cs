namespace PlatformGitOps.Generator.Definition;

/// <summary>A receiver of Flux's events: a Provider and an Alert.</summary>
/// <param name="Name">The name of both objects.</param>
/// <param name="Type">The kind of receiver, as notification-controller calls it.</param>
/// <param name="Address">Its URL; null if the Secret has it.</param>
/// <param name="Channel">For receivers that have channels.</param>
/// <param name="SecretName">The Secret in flux-system with <c>address</c> or <c>token</c>; null for none.</param>
/// <param name="Severity">error, or info for everything.</param>
public sealed record NotificationSettings(
    DnsLabel Name, string Type, string? Address, string? Channel, DomainName? SecretName, string Severity)
{
    /// <summary>Types whose address is a credential: anyone who knows it can post. It belongs into a Secret.</summary>
    public static readonly IReadOnlySet<string> SecretAddresses =
        new HashSet<string>(StringComparer.Ordinal) { "slack", "discord", "msteams", "rocket", "googlechat", "lark" };

    // Receivers that only display an event. Those that comment on pull requests or start pipelines need more than an address.
    private static readonly Words<string> Types = new([.. new[]
    {
        "alertmanager", "azuredevops", "bitbucket", "datadog", "discord", "generic", "generic-hmac", "gitea", "github", "gitlab",
        "googlechat", "grafana", "lark", "matrix", "msteams", "nats", "opsgenie", "pagerduty", "rocket", "sentry", "slack",
        "telegram", "webex",
    }.Select(type => (type, type))]);

    private static readonly Words<string> Severities = new(("error", "error"), ("info", "info"));

    internal static NotificationSettings Bind(Section section) => new(
        section.Required("name", Forms.Label with { Example = "on-call" }, "The name of the Provider and the Alert."),
        section.Required("type", Types, "The kind of receiver."),
        section.Optional("address", Forms.Url with { Example = "https://alertmanager.example.com/api/v2/alerts/" },
            "Where it listens. The address of a webhook is a credential: put that into the Secret."),
        section.Optional("channel", Forms.Line with { Example = "alerts" }, "The channel, room or chat, for receivers that have any."),
        section.Optional("secretName", Forms.Name with { Example = "on-call-webhook" },
            "The Secret in flux-system with address or token."),
        section.Choice("severity", "error", Severities, "What is reported: failures alone, or everything."));
}
