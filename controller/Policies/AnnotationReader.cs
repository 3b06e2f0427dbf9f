using System.Globalization;
using System.Net;
using PlatformGitOps.KubeClient.Objects;

namespace PlatformGitOps.Controller.Policies;

/// <summary>Reads single annotations; what cannot be read is noted and treated as absent.</summary>
internal sealed class AnnotationReader(ObjectMeta meta, List<string> problems)
{
    public string? Text(string key) => meta.Annotation(key) is { Length: > 0 } text ? text : null;

    public HealthPolicy? OneOf(string key, IReadOnlyDictionary<string, HealthPolicy> known) =>
        Text(key) is not { } text ? null
        : known.TryGetValue(text, out var value) ? value
        : Note<HealthPolicy>(key, text, $"one of {string.Join(", ", known.Keys.Order(StringComparer.Ordinal))}");

    /// <summary>Enum members are written in lower case with dashes between the words.</summary>
    public T? Enum<T>(string key)
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

        return NoteValue<T>(key, text, $"one of {string.Join(", ", values.Select(value => Spelling(value.ToString())))}");
    }

    public TimeSpan? Duration(string key) =>
        Text(key) is not { } text ? null : Durations.TryParse(text, out var value) ? value : NoteValue<TimeSpan>(key, text, "a duration such as 500ms or 10s");

    public int? Number(string key) =>
        Text(key) is not { } text ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value is > 0 and <= 100 ? value
        : NoteValue<int>(key, text, "a number from 1 to 100");

    public bool? Flag(string key) =>
        Text(key) switch { null => null, "true" => true, "false" => false, var text => NoteValue<bool>(key, text, "true or false") };

    public HealthyShare? Share(string key) =>
        Text(key) is not { } text ? null : HealthyShare.TryParse(text, out var value) ? value : NoteValue<HealthyShare>(key, text, "a number or a percentage");

    public IntOrString? Port(string key) =>
        Text(key) is not { } text ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? new IntOrString(number, null)
        : new IntOrString(null, text);

    /// <summary>Only a path: a host in it would send probes elsewhere.</summary>
    public string? Path(string key) =>
        Text(key) is not { } text ? null
        : text.StartsWith('/') && !text.StartsWith("//", StringComparison.Ordinal) && !text.Any(char.IsControl) && text.Length <= 1024 ? text
        : Note<string>(key, text, "a path that starts with one slash");

    public string? DnsName(string key)
    {
        if (Text(key) is not { } text)
        {
            return null;
        }

        try
        {
            return Dns.Messages.DnsName.Parse(text).ToString();
        }
        catch (FormatException)
        {
            return Note<string>(key, text, "a domain name");
        }
    }

    public IReadOnlyList<IPAddress> Addresses(string key)
    {
        var addresses = new List<IPAddress>();
        foreach (var part in (Text(key) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (IPAddress.TryParse(part, out var address))
            {
                addresses.Add(address);
            }
            else
            {
                Note<string>(key, part, "addresses with commas between them");
            }
        }

        return [.. addresses.Distinct()];
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

    private static string Short(string text) => text.Length <= 64 ? text : text[..64] + "...";
}
