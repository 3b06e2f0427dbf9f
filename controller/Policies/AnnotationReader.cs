using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace PlatformGitOps.Controller.Policies;

/// <summary>Reads single annotations without blanks around them; reports an invalid value and treats it as absent.</summary>
/// <param name="service">The Service.</param>
/// <param name="problems">Values without which the others mean something else, such as the port to probe.</param>
/// <param name="tolerated">Values in whose place a default is used, such as an interval.</param>
internal sealed class AnnotationReader(V1Service service, List<string> problems, List<string> tolerated)
{
    public string? Text(string key) => service.GetAnnotation(key)?.Trim() is { Length: > 0 } text ? text : null;

    public HealthPolicy? OneOf(string key, IReadOnlyDictionary<string, HealthPolicy> known) =>
        Text(key) is not { } text ? null
        : known.TryGetValue(text, out var value) ? value
        : Note<HealthPolicy>(key, text, $"one of {string.Join(", ", known.Keys.Order(StringComparer.Ordinal))}");

    /// <summary>Values are the enum's members in lower case, with dashes between words.</summary>
    public T? Enum<T>(string key, bool isTolerated = false)
        where T : struct, Enum
    {
        if (Text(key) is not { } text)
        {
            return null;
        }

        var values = System.Enum.GetValues<T>();
        foreach (var value in values.Where(value => Spelling(value.ToString()) == text))
        {
            return value;
        }

        var wanted = $"one of {string.Join(", ", values.Select(value => Spelling(value.ToString())))}";
        return isTolerated ? Tolerate<T>(key, text, wanted) : NoteValue<T>(key, text, wanted);
    }

    public TimeSpan? Duration(string key, TimeSpan longest) =>
        Text(key) is not { } text ? null
        : Durations.TryParse(text, out var value) && value > TimeSpan.Zero && value <= longest ? value
        : Tolerate<TimeSpan>(key, text, $"a duration such as 500ms or 10s, at most {Durations.Format(longest)}");

    public int? Number(string key, int least = 1, int most = PolicyLimits.HighestThreshold) =>
        Text(key) is not { } text ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most ? value
        : Tolerate<int>(key, text, $"a number from {least} to {most}");

    public bool? Flag(string key) =>
        Text(key) switch { null => null, "true" => true, "false" => false, var text => NoteValue<bool>(key, text, "true or false") };

    public HealthyShare? Share(string key) =>
        Text(key) is not { } text ? null
        : HealthyShare.TryParse(text, out var value) ? value
        : NoteValue<HealthyShare>(key, text, "a number or a percentage such as 50%");

    /// <summary>Only a path: a host in it would send probes elsewhere.</summary>
    public string? Path(string key) =>
        Text(key) is not { } text ? null
        : ProbeNames.IsPath(text) ? text
        : Note<string>(key, text, "a path that starts with one slash");

    public string? DnsName(string key) =>
        Text(key) is not { } text ? null : ProbeNames.ParseDnsName(text) ?? Note<string>(key, text, "a domain name");

    public string? ServerName(string key) =>
        Text(key) is not { } text ? null
        : ProbeNames.IsHostName(text) ? text
        : Note<string>(key, text, "a host name, with or without a port");

    public string? GrpcService(string key) =>
        Text(key) is not { } text ? null
        : ProbeNames.IsGrpcService(text) ? text
        : Note<string>(key, text, $"a gRPC service name of at most {ProbeNames.LongestGrpcService} octets");

    public IReadOnlyList<IPAddress> Addresses(string key)
    {
        var addresses = new HashSet<IPAddress>();
        foreach (var part in (Text(key) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!IsAddress(part, out var address))
            {
                Note<string>(key, part, "an address such as 10.20.0.5 or fd00::5 in a list separated by commas");
                return [];
            }

            addresses.Add(address);
        }

        if (addresses.Count > PolicyLimits.MostAddresses)
        {
            problems.Add($"{key}: {addresses.Count} addresses are more than {PolicyLimits.MostAddresses}");
            return [];
        }

        return [.. addresses];
    }

    /// <summary>True for an IPv4 address in dotted decimal form: programs interpret other forms (octal, one number) differently.</summary>
    private static bool IsAddress(string text, [NotNullWhen(true)] out IPAddress? address)
    {
        if (!IPAddress.TryParse(text, out address) || text.Contains('%'))
        {
            return false;
        }

        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return address.AddressFamily == AddressFamily.InterNetworkV6
            || text.Contains(':')
            || address.ToString() == text;
    }

    internal static string Spelling(string member) =>
        string.Concat(member.Select((c, i) => char.IsUpper(c) ? (i > 0 ? "-" : "") + char.ToLowerInvariant(c) : c.ToString()));

    private T? Note<T>(string key, string text, string wanted)
        where T : class
    {
        problems.Add($"{key}: '{Short(text)}' is not {wanted}");
        return null;
    }

    private T? NoteValue<T>(string key, string text, string wanted)
        where T : struct
    {
        Note<string>(key, text, wanted);
        return null;
    }

    private T? Tolerate<T>(string key, string text, string wanted)
        where T : struct
    {
        tolerated.Add($"{key}: '{Short(text)}' is not {wanted}; the default is used");
        return null;
    }

    internal static string Short(string text) => text.Length <= 64 ? text : text[..64] + "...";
}

/// <summary>Names that a probe sends. They are checked when read, so that every probe can send them.</summary>
internal static partial class ProbeNames
{
    /// <summary>A longer name needs more than one length octet in the message; health services have short names.</summary>
    public const int LongestGrpcService = 127;

    public static string? ParseDnsName(string text)
    {
        try
        {
            return Dns.Messages.DnsName.Parse(text).ToString();
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>True for a valid Host header and TLS SNI.</summary>
    public static bool IsHostName(string text)
    {
        var host = text;
        if (text.LastIndexOf(':') is var colon and > 0
            && ushort.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            host = text[..colon];
        }

        return text.Length <= 255 && Uri.CheckHostName(host) != UriHostNameType.Unknown && host.All(c => char.IsAscii(c) && c != '_');
    }

    /// <summary>Only a path: a host in it would send probes elsewhere.</summary>
    public static bool IsPath(string text) =>
        text.StartsWith('/') && !text.StartsWith("//", StringComparison.Ordinal) && text.Length <= 1024
        && !text.Any(c => char.IsControl(c) || char.IsSurrogate(c));

    /// <summary>True for a DNS label (RFC 1123), as the names of namespaces and regions.</summary>
    public static bool IsLabel(string text) => text.Length <= 63 && Label().IsMatch(text);

    public static bool IsObjectName(string text) => text.Length <= 253 && text.Split('.').All(part => Label().IsMatch(part));

    public static bool IsLabelPrefix(string text) => text.Length <= 253 && Domain().IsMatch(text) && !ReservedDomain().IsMatch(text);

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Label();

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+\z", RegexOptions.CultureInvariant)]
    private static partial Regex Domain();

    [GeneratedRegex(@"(^|\.)(kubernetes|k8s)\.io\z", RegexOptions.CultureInvariant)]
    private static partial Regex ReservedDomain();

    public static bool IsGrpcService(string text) =>
        System.Text.Encoding.UTF8.GetByteCount(text) <= LongestGrpcService && !text.Any(char.IsControl);
}

/// <summary>All labels, annotations and conditions that this controller reads or writes.</summary>
public static class Annotations
{
    /// <summary>The default prefix of serve labels.</summary>
    public const string LabelPrefix = "dns.aikernel.io";

    public const string Prefix = "dns.aikernel.io/health-check-";

    public const string Enabled = Prefix + "enabled";
    public const string Profile = Prefix + "profile";
    public const string Path = Prefix + "path";
    public const string Port = Prefix + "port";
    public const string Scheme = Prefix + "scheme";
    public const string Interval = Prefix + "interval";
    public const string RetryInterval = Prefix + "retry-interval";
    public const string Timeout = Prefix + "timeout";
    public const string FailureThreshold = Prefix + "failure-threshold";
    public const string SuccessThreshold = Prefix + "success-threshold";
    public const string Removal = Prefix + "removal";
    public const string ServeLabel = Prefix + "serve-label";
    public const string MinHealthy = Prefix + "min-healthy";
    public const string DnsName = Prefix + "dns-name";
    public const string GrpcService = Prefix + "grpc-service";
    public const string ServerName = Prefix + "server-name";
    public const string VerifyTls = Prefix + "verify-tls";
    public const string Addresses = Prefix + "addresses";

    /// <summary>All annotations of a Service.</summary>
    public static IReadOnlyList<string> OfServices { get; } =
    [
        Enabled, Profile, Path, Port, Scheme, Interval, RetryInterval, Timeout, FailureThreshold, SuccessThreshold, Removal, ServeLabel,
        MinHealthy, DnsName, GrpcService, ServerName, VerifyTls, Addresses,
    ];

    /// <summary>The default serve label, which a Service selects and its pod template has.</summary>
    public const string DefaultServeLabel = LabelPrefix + "/" + ServeName;

    /// <summary>The name of the default serve label below the prefix.</summary>
    public const string ServeName = "serve";

    public const string ServeValue = "true";

    /// <summary>The condition in a pod's readiness gate.</summary>
    public const string GateCondition = "dns.aikernel.io/healthy";

    /// <summary>The annotation of a pod or own EndpointSlice with Service, label, time and reason of a removal.</summary>
    public const string Removed = "dns.aikernel.io/removed";

    /// <summary>
    /// The annotation's old name, on pods that an older controller removed. It is read for one version; the next removal replaces it.
    /// </summary>
    public const string RemovedEarlierName = "dns.aikernel.io/taken-out";

    /// <summary>The managed-by value of this controller's EndpointSlices.</summary>
    public const string ManagedBy = "dns-health-controller.aikernel.io";
}

/// <summary>Durations in Kubernetes' format: <c>500ms</c>, <c>10s</c>, <c>1m30s</c>, <c>2h</c>.</summary>
public static partial class Durations
{
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        var match = Form().Match(text);
        if (!match.Success)
        {
            return false;
        }

        foreach (var (unit, factor) in Units)
        {
            if (match.Groups[unit] is { Success: true } group)
            {
                duration += factor * double.Parse(group.Value, CultureInfo.InvariantCulture);
            }
        }

        return true;
    }

    public static string Format(TimeSpan duration) => duration.TotalSeconds >= 1
        ? $"{duration.TotalSeconds:0.###}s"
        : $"{duration.TotalMilliseconds:0}ms";

    private static readonly (string Unit, TimeSpan Factor)[] Units =
    [
        ("h", TimeSpan.FromHours(1)), ("m", TimeSpan.FromMinutes(1)), ("s", TimeSpan.FromSeconds(1)), ("ms", TimeSpan.FromMilliseconds(1)),
    ];

    [GeneratedRegex(
        @"^(?=\d)((?<h>\d{1,4})h)?((?<m>\d{1,4})m(?!s))?((?<s>\d{1,6}(\.\d{1,3})?)s)?((?<ms>\d{1,8})ms)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
