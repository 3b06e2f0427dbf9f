namespace PlatformGitOps.Generator.Apps.ExternalDns;

/// <summary>Text forms in the keys of External-DNS.</summary>
internal static partial class ExternalDnsForms
{
    public static readonly TextShape<string> Source = Forms.Matching("service", SourceForm(), new Fault(ExternalDnsRules.Source,
        "is not a source that is supported", "Write service, ingress, gateway-httproute or crd."));

    public static readonly TextShape<string> AnnotationPrefix = Forms.Matching(ExternalDnsNames.AnnotationPrefix, PrefixForm(),
        new Fault(ExternalDnsRules.Text, "is not a prefix of annotations", "Write a DNS name and a slash, for example " +
            ExternalDnsNames.AnnotationPrefix + "."));

    public static readonly TextShape<string> TxtPrefix = Forms.Matching("edns-%{record_type}.", TxtPrefixForm(), new Fault(
        ExternalDnsRules.Text, "is not the beginning of a DNS name",
        "Write letters, digits, '-', '_' and '.'; %{record_type} becomes the type, which is added in front otherwise."));

    public static readonly TextShape<string> Identity = Forms.Matching("arn:aws:iam::123456789012:role/external-dns", IdentityForm(),
        new Fault(ExternalDnsRules.Text, "is not an identity", "Write a role's ARN, a service account's e-mail or a client id."));

    public static readonly TextShape<string> Role = Forms.Matching("arn:aws:iam::123456789012:role/dns", RoleForm(), new Fault(
        ExternalDnsRules.Text, "is not the ARN of a role", "Write an ARN such as arn:aws:iam::123456789012:role/external-dns."));

    public static readonly TextShape<string> Guid = Forms.Matching("00000000-0000-0000-0000-000000000000", GuidForm(), new Fault(
        ExternalDnsRules.Text, "is not a GUID", "Write 32 hex digits as 8-4-4-4-12."));

    public static readonly TextShape<string> Word = Forms.Matching("my-project", WordForm(), new Fault(ExternalDnsRules.Text,
        "is not a name", "Write letters, digits, '.', '_', ':', '-', '(' and ')'."));

    public static readonly TextShape<string> ZoneId = Forms.Matching("Z0123456789ABCDEFGHIJ", ZoneIdForm(), new Fault(
        ExternalDnsRules.Text, "is not the id of a zone", "Write it as the provider shows it."));

    public static readonly TextShape<string> KeyName = Forms.Matching("external-dns", KeyNameForm(), new Fault(ExternalDnsRules.Text,
        "is not the name of a TSIG key", "Write the key's DNS name."));

    /// <summary>Kubernetes puts a variable of the container in the place of <c>$(NAME)</c>.</summary>
    public static readonly TextShape<string> Argument = new("--log-level=info", "^[\\x20-\\x7e]{1,500}$", (string text, out Fault? fault) =>
    {
        fault = DollarFault.OfVariable(text) is { } dollar
            ? dollar with { Fix = "Write $(NAME) for a variable of the container: each key of the Secret is one." }
            : ArgumentForm().IsMatch(text) ? null
            : new Fault(ExternalDnsRules.Text, "is not one argument", "Write a printable text without line breaks.");
        return text;
    });

    public static readonly TextShape<string> Host = new("192.0.2.53", "^[0-9a-zA-Z.:-]+$", ReadHost);

    private static string ReadHost(string text, out Fault? fault)
    {
        if (IpText.TryParse(text, out var address, out _))
        {
            fault = address.Equals(System.Net.IPAddress.Any) || address.Equals(System.Net.IPAddress.IPv6Any)
                ? new Fault(ExternalDnsRules.Text, "is not the address of a server", "Write the address at which pods reach the server.")
                : null;
            return address.ToString();
        }

        fault = DomainName.TryParse(text, out _, out _) && !Digits().IsMatch(text) ? null
            : new Fault(ExternalDnsRules.Text, "is not an address or a name", text.Split(':') is [var name, [>= '0' and <= '9', ..] port]
                ? $"Write {name}, and its port as 'port: {port}'."
                : text.EndsWith('.') && DomainName.TryParse(text[..^1], out _, out _) ? $"Write {text[..^1]}, without the dot at its end."
                : "Write the server's address or its DNS name.");
        return text;
    }

    [GeneratedRegex(@"^(service|ingress|gateway-httproute|crd)\z", RegexOptions.CultureInvariant)]
    private static partial Regex SourceForm();

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9.]{0,200}[a-z0-9])?/\z", RegexOptions.CultureInvariant)]
    private static partial Regex PrefixForm();

    [GeneratedRegex(@"^([a-z0-9_]|%\{record_type\})([a-z0-9_.-]|%\{record_type\}){0,60}\z", RegexOptions.CultureInvariant)]
    private static partial Regex TxtPrefixForm();

    [GeneratedRegex(@"^(arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]+|[a-z0-9-]+@[a-z0-9.-]+\.gserviceaccount\.com"
        + @"|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})\z", RegexOptions.CultureInvariant)]
    private static partial Regex IdentityForm();

    [GeneratedRegex(@"^arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex RoleForm();

    [GeneratedRegex(@"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\z", RegexOptions.CultureInvariant)]
    private static partial Regex GuidForm();

    [GeneratedRegex(@"^[A-Za-z0-9]([A-Za-z0-9._:()-]{0,88}[A-Za-z0-9_()-])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex WordForm();

    [GeneratedRegex(@"^[A-Za-z0-9/_.-]{1,300}\z", RegexOptions.CultureInvariant)]
    private static partial Regex ZoneIdForm();

    [GeneratedRegex(@"^[A-Za-z0-9_]([A-Za-z0-9_.-]{0,200}[A-Za-z0-9_])?\.?\z", RegexOptions.CultureInvariant)]
    private static partial Regex KeyNameForm();

    [GeneratedRegex(@"^[\x20-\x7e]{1,500}\z", RegexOptions.CultureInvariant)]
    private static partial Regex ArgumentForm();

    [GeneratedRegex(@"^[0-9.]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex Digits();
}
