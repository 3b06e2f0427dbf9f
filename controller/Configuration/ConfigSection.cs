using YamlDotNet.RepresentationModel;

namespace PlatformGitOps.Controller.Configuration;

/// <summary>A mapping of the config file; collects invalid values and unknown keys.</summary>
internal sealed class ConfigSection(YamlMappingNode? node, string path, ConfigProblems problems)
{
    /// <summary>Timers are limited to 49 days; no setting needs more than one.</summary>
    private static readonly TimeSpan LongestDuration = TimeSpan.FromDays(1);

    private static readonly TimeSpan ShortestDuration = TimeSpan.FromMilliseconds(1);

    private readonly HashSet<string> _asked = [];
    private readonly HashSet<string> _earlier = [];

    public ConfigSection Child(string key) => new(Node(key) switch
    {
        null => null,
        YamlMappingNode mapping => mapping,
        { } other => Note<YamlMappingNode>(other, key, "a mapping"),
    }, Join(key), problems);

    public IEnumerable<string> Keys => node?.Children.Keys.OfType<YamlScalarNode>().Select(key => key.Value ?? "") ?? [];

    public TimeSpan Duration(string key, TimeSpan fallback, TimeSpan? most = null, TimeSpan? least = null) => Parse(
        key,
        fallback,
        $"a duration such as 500ms or 10s, from {Durations.Format(least ?? ShortestDuration)} to "
            + $"{Durations.Format(most ?? LongestDuration)}",
        (string text, out TimeSpan value) => Durations.TryParse(text, out value)
            && value >= (least ?? ShortestDuration) && value <= (most ?? LongestDuration));

    public int Number(string key, int fallback, int least, int most) => Parse(
        key,
        fallback,
        $"a number from {least} to {most}",
        (string text, out int value) =>
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= least && value <= most);

    public string Text(string key, string fallback) =>
        Parse(key, fallback, "a text", (string text, out string value) => (value = text).Length > 0);

    /// <summary>The name of an object of Kubernetes.</summary>
    public string Name(string key, string fallback) => Parse(
        key,
        fallback,
        "a name of lower-case letters, digits, dashes and dots",
        (string text, out string value) => ProbeNames.IsObjectName(value = text));

    public string Path(string key, string fallback) => Parse(
        key,
        fallback,
        "a path that starts with one slash",
        (string text, out string value) => ProbeNames.IsPath(value = text));

    /// <summary>A DNS name that is not a label prefix of Kubernetes itself.</summary>
    public string LabelPrefix(string key, string fallback) => Parse(
        key,
        fallback,
        "a domain such as dns.example.com, not kubernetes.io or k8s.io",
        (string text, out string value) => ProbeNames.IsLabelPrefix(value = text));

    public string DnsName(string key, string fallback) => Parse(
        key,
        fallback,
        "a domain name",
        (string text, out string value) => (value = ProbeNames.ParseDnsName(text) ?? "").Length > 0);

    public bool Flag(string key, bool fallback) => Parse(key, fallback, "true or false", bool.TryParse);

    public HealthyShare Share(string key, HealthyShare fallback) =>
        Parse(key, fallback, "a number such as 2 or a percentage such as 50%", HealthyShare.TryParse);

    public T Word<T>(string key, T fallback)
        where T : struct, Enum
    {
        var words = Enum.GetValues<T>().ToDictionary(value => AnnotationReader.Spelling(value.ToString()));
        return Parse(key, fallback, $"one of {string.Join(", ", words.Keys)}", words.TryGetValue);
    }

    /// <summary>Names of namespaces or regions, each once.</summary>
    public IReadOnlyList<string> Labels(string key) =>
        List(key, "a name of lower-case letters, digits and dashes", (string text, out string label) => ProbeNames.IsLabel(label = text));

    public IReadOnlyList<IPAddress> Addresses(string key) =>
        List(key, "an address such as 192.0.2.53", (string text, out IPAddress address) => IPAddress.TryParse(text, out address!));

    public IReadOnlyList<IPNetwork> Networks(string key) =>
        List<IPNetwork>(key, "a network such as 10.0.0.0/8", IPNetwork.TryParse);

    private List<T> List<T>(string key, string wanted, Parser<T> parser)
    {
        var items = new List<T>();
        switch (Node(key))
        {
            case null:
                break;
            case YamlSequenceNode sequence:
                foreach (var node in sequence)
                {
                    if (node is not YamlScalarNode { Value: { } text } || !parser(text, out var item))
                    {
                        Note<string>(node, key, wanted);
                    }
                    else if (items.Contains(item))
                    {
                        problems.Add(node, $"{Join(key)}: {ConfigProblems.Quote(node)} is there twice. Write it once.");
                    }
                    else
                    {
                        items.Add(item);
                    }
                }

                break;
            case { } other:
                Note<string>(other, key, $"a list, each entry {wanted}");
                break;
        }

        return items;
    }

    /// <summary>Notes a rule that is broken by one of these keys, or by the section.</summary>
    public void Require(bool holds, string rule, params ReadOnlySpan<string> keys)
    {
        if (holds)
        {
            return;
        }

        YamlNode? at = node;
        foreach (var key in keys)
        {
            at = node is not null && node.Children.TryGetValue(new YamlScalarNode(key), out var value) ? value : at;
        }

        problems.Add(at, path.Length == 0 ? rule : $"{path}: {rule}");
    }

    /// <summary>Refuses a renamed key; the message has the new name.</summary>
    public void RefuseEarlier(string earlier, string key)
    {
        if (node is not null && node.Children.TryGetValue(new YamlScalarNode(earlier), out var value))
        {
            _earlier.Add(earlier);
            problems.Add(value, $"{Join(earlier)} is now {Join(key)}: write the value there");
        }
    }

    /// <summary>Refuses unknown keys: they are typing errors, and ignoring them would look like success.</summary>
    public void RefuseOthers()
    {
        foreach (var key in node?.Children.Keys ?? [])
        {
            var name = (key as YamlScalarNode)?.Value;
            if (name is null || (!_asked.Contains(name) && !_earlier.Contains(name)))
            {
                var known = string.Join(", ", _asked.Order(StringComparer.Ordinal));
                problems.Add(key, $"unknown key {(name is null ? ConfigProblems.Quote(key) : Join(name))}. Write one of: {known}.");
            }
        }
    }

    private delegate bool Parser<T>(string text, out T value);

    private T Parse<T>(string key, T fallback, string wanted, Parser<T> parser)
    {
        switch (Node(key))
        {
            case null:
                return fallback;
            case YamlScalarNode { Value: { } text } when parser(text, out var value):
                return value;
            case { } other:
                Note<string>(other, key, wanted);
                return fallback;
        }
    }

    private YamlNode? Node(string key)
    {
        _asked.Add(key);
        return node is not null && node.Children.TryGetValue(new YamlScalarNode(key), out var value) ? value : null;
    }

    private T? Note<T>(YamlNode at, string key, string wanted)
        where T : class
    {
        problems.Add(at, $"{Join(key)}: {ConfigProblems.Quote(at)} is not valid. Write {wanted}.");
        return null;
    }

    private string Join(string key) => path.Length == 0 ? key : $"{path}.{key}";
}
