namespace PlatformGitOps.Generator.Definition.Binding;

/// <summary>Names and addresses, each with the value that a nearly correct text most likely means.</summary>
public static partial class Forms
{
    public static readonly TextShape<DomainName> Name =
        new("cluster.local", $"^{LabelPattern}(\\.{LabelPattern})*$", Plain<DomainName>(ReadName));

    public static readonly TextShape<IPAddress> Address = new("10.245.0.10", "^[0-9a-fA-F.:]+$", Plain<IPAddress>(ReadAddress));

    public static readonly TextShape<Upstream> Server = new(
        "1.1.1.1", "^(tls://)?(\\[[0-9a-fA-F.:]+\\]|[0-9a-fA-F.:]+)(:[1-9][0-9]{0,4})?$", Plain<Upstream>(ReadServer));

    private static DomainName ReadName(string text, out Fault? fault)
    {
        var lower = text.TrimEnd('.').ToLowerInvariant();
        fault = DomainName.TryParse(text, out var name, out var problem) ? null : new Fault(DefinitionRules.DomainName, problem,
            DomainName.TryParse(lower, out _, out _) ? $"Write {lower}."
                : lower.StartsWith("*.", StringComparison.Ordinal) && DomainName.TryParse(lower[2..], out _, out _)
                ? $"Write {lower[2..]}: a wildcard is not taken here."
                : "Write a name such as cluster.local: a-z, 0-9 and '-', with dots between the labels and none at the end.");
        return name;
    }

    private static IPAddress ReadAddress(string text, out Fault? fault)
    {
        fault = IpText.TryParse(text, out var address, out var problem) ? null
            : Extra(text, '/') is { } ofRange ? new Fault(DefinitionRules.AddressForm, "is a range", $"Write one address: {ofRange}.")
            : Extra(text, ':') is { } ofPort ? new Fault(DefinitionRules.AddressForm, "has a port", $"Write the address alone: {ofPort}.")
            : new Fault(DefinitionRules.AddressForm, problem, "Write an IPv4 or an IPv6 address.");
        return address;
    }

    /// <summary>The address before a character that an address cannot contain.</summary>
    private static string? Extra(string text, char sign) =>
        text.LastIndexOf(sign) is > 0 and var at && text.AsSpan(at + 1) is [>= '0' and <= '9', ..]
            && (sign != ':' || text[0] == '[' || text.IndexOf(sign, StringComparison.Ordinal) == at)
            && IpText.TryParse(text[..at].Trim('[', ']'), out var address, out _) ? address.ToString() : null;

    private static Upstream ReadServer(string text, out Fault? fault)
    {
        fault = Upstream.TryParse(text, out var server, out var problem) ? null : new Fault(DefinitionRules.UpstreamForm, problem,
            text.StartsWith('/') ? "Write the servers that the file names: CoreDNS does not read a resolv.conf here."
                : "Write the server's address, with tls:// in front for DNS over TLS. A name cannot be resolved before there is DNS.");
        return server;
    }
}
