using YamlDotNet.RepresentationModel;

namespace PlatformGitOps.Controller.Configuration;

/// <summary>A mapping of the config file; collects invalid values and unknown keys.</summary>
internal sealed class ConfigSection(YamlMappingNode? node, string path, List<string> problems)
{
    /// <summary>Timers are limited to 49 days; no setting needs more than one.</summary>
    private static readonly TimeSpan LongestDuration = TimeSpan.FromDays(1);

    private readonly HashSet<string> _asked = [];
    private readonly HashSet<string> _earlier = [];

    public ConfigSection Child(string key) => new(Node(key) switch
    {
        null => null,
        YamlMappingNode mapping => mapping,
        { } other => Note<YamlMappingNode>(other, key, "a mapping"),
    }, Join(key), problems);

    public IEnumerable<string> Keys => node?.Children.Keys.OfType<YamlScalarNode>().Select(key => key.Value ?? "") ?? [];

    public TimeSpan Duration(string key, TimeSpan fallback, TimeSpan? most = null) => Parse(
        key,
        fallback,
        $"a duration such as 500ms or 10s, at most {Durations.Format(most ?? LongestDuration)}",
        (string text, out TimeSpan value) =>
            Durations.TryParse(text, out value) && value > TimeSpan.Zero && value <= (most ?? LongestDuration));

    public int Number(string key, int fallback, int least, int most) => Parse(
        key,
        fallback,
        $"a number from {least} to {most}",
        (string text, out int value) =>
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= least && value <= most);

    public string Text(string key, string fallback) =>
        Parse(key, fallback, "text", (string text, out string value) => (value = text).Length > 0);

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
        Parse(key, fallback, "a number or a percentage", HealthyShare.TryParse);

    public T Word<T>(string key, T fallback)
        where T : struct, Enum
    {
        var words = Enum.GetValues<T>().ToDictionary(value => AnnotationReader.Spelling(value.ToString()));
        return Parse(key, fallback, $"one of {string.Join(", ", words.Keys)}", words.TryGetValue);
    }

    public IReadOnlyList<string> Texts(string key) => Node(key) switch
    {
        null => [],
        YamlSequenceNode sequence => [.. sequence.OfType<YamlScalarNode>().Select(item => item.Value ?? "")],
        { } other => Note<string[]>(other, key, "a list") ?? [],
    };

    public IReadOnlyList<IPAddress> Addresses(string key) =>
        List(key, "addresses", (string text, out IPAddress address) => IPAddress.TryParse(text, out address!));

    public IReadOnlyList<IPNetwork> Networks(string key) => List<IPNetwork>(key, "networks", IPNetwork.TryParse);

    private List<T> List<T>(string key, string what, Parser<T> parser)
    {
        var items = new List<T>();
        if (Node(key) is not { } given)
        {
            return items;
        }

        foreach (var text in Texts(key))
        {
            if (parser(text, out var item))
            {
                items.Add(item);
            }
            else
            {
                Note<string>(given, key, $"a list of {what}: '{text}'");
            }
        }

        return items;
    }

    public void Require(bool holds, string rule)
    {
        if (!holds)
        {
            problems.Add(node is null ? rule : $"line {node.Start.Line}: {rule}");
        }
    }

    /// <summary>Refuses a renamed key; the message has the new name.</summary>
    public void RefuseEarlier(string earlier, string key)
    {
        if (node is not null && node.Children.TryGetValue(new YamlScalarNode(earlier), out var value))
        {
            _earlier.Add(earlier);
            problems.Add($"line {value.Start.Line}: {Join(earlier)} is now {Join(key)}: write the value there");
        }
    }

    /// <summary>Refuses unknown keys: they are typing errors, and ignoring them would look like success.</summary>
    public void RefuseOthers()
    {
        var keys = node?.Children.Keys.OfType<YamlScalarNode>() ?? [];
        foreach (var key in keys.Where(key => !_asked.Contains(key.Value ?? "") && !_earlier.Contains(key.Value ?? "")))
        {
            var known = string.Join(", ", _asked.Order(StringComparer.Ordinal));
            problems.Add($"line {key.Start.Line}: unknown key {Join(key.Value ?? "")}. Keys: {known}.");
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
        problems.Add($"line {at.Start.Line}: {Join(key)} must be {wanted}");
        return null;
    }

    private string Join(string key) => path.Length == 0 ? key : $"{path}.{key}";
}
