namespace PlatformGitOps.Generator.Apps.Substrate;

/// <summary>Checks that scripts and settings put all names and addresses of the API server and etcd into their certificates.</summary>
internal static partial class SubstrateCertificates
{
    public const string Id = "substrate-file-san";
    private const string SettingsFile = "scripts/k8s-settings.sh";

    /// <summary>For k8s-generate-certs.sh: the Service's names and address, the zone's name, and the host's own names.</summary>
    private static readonly (string Variable, string Server, string[] Names)[] Certificates =
    [
        ("san", "the API server", ["DNS:kubernetes", "DNS:kubernetes.default", "DNS:$short", "DNS:$short.$domain",
            "DNS:kubernetes.$zone_name", "DNS:$fqdn", "IP:$service_ip", "IP:$address"]),
        ("names_here", "etcd", ["DNS:$fqdn", "IP:$address"]),
    ];

    public static IEnumerable<Finding> Check(SourceTree tree, string file, string text) =>
        file.EndsWith("/scripts/k8s-generate-certs.sh", StringComparison.Ordinal) ? OfScript(file, text)
            : file.EndsWith("/kubeadm/config.yaml", StringComparison.Ordinal) ? OfInstaller(tree, file, text, "certSANs")
            : file.EndsWith("/k3s/config.yaml", StringComparison.Ordinal) ? OfInstaller(tree, file, text, "tls-san") : [];

    private static IEnumerable<Finding> OfScript(string file, string text)
    {
        foreach (var (variable, server, names) in Certificates)
        {
            var assigned = Regex.Match(text, $@"^\s*{variable}=""([^""]*)""", RegexOptions.Multiline);
            var there = assigned.Groups[1].Value.Split(',', StringSplitOptions.TrimEntries);
            foreach (var name in names.Except(there))
            {
                yield return Missing(file, At(text, assigned), server, name);
            }
        }
    }

    /// <summary>The settings file next to it has the definition's values.</summary>
    private static IEnumerable<Finding> OfInstaller(SourceTree tree, string file, string text, string key)
    {
        var settings = $"{string.Join('/', file.Split('/')[..^2])}/{SettingsFile}";
        if (tree.Read(settings) is not { } read)
        {
            yield break;
        }

        string Setting(string name) =>
            Regex.Match(Encoding.UTF8.GetString(read), $"^{name}='([^']*)'", RegexOptions.Multiline).Groups[1].Value;
        var list = Regex.Match(text, $@"^\s*{key}:([^\n]*(?:\n\s*- [^\n]*)*)", RegexOptions.Multiline);
        var there = SanEntry().Matches(list.Groups[1].Value).Select(entry => entry.Value).ToHashSet(StringComparer.Ordinal);
        var hosts = Setting("control_planes").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(entry => entry.Split('=')[0]);
        var names = hosts.Prepend("kubernetes").Select(host => $"{host}.{Setting("zone_name")}");
        foreach (var name in names.Where(name => !there.Contains(name)))
        {
            yield return Missing(file, At(text, list), "the API server", name);
        }
    }

    private static Position At(string text, Match match) =>
        match.Success ? SubstrateFileRules.PositionOf(text, match.Groups[1].Index) : new Position(1, 1);

    private static Finding Missing(string file, Position position, string server, string name) => SubstrateFileRules.At(file, position, Id,
        $"The certificate of {server} does not have {Printable.Of(name)}: clients that use it refuse the server.",
        "Add it, or run the generator, which writes every one.");

    [GeneratedRegex(@"[A-Za-z0-9][A-Za-z0-9.:-]*")]
    private static partial Regex SanEntry();
}
