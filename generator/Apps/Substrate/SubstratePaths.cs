using System.Globalization;

namespace PlatformGitOps.Generator.Apps.Substrate;

/// <summary>Where the parts of the service are on a host, and what the program that serves is called there.</summary>
/// <param name="Etc">Configuration, keys, and the zones that the generator writes.</param>
/// <param name="State">Journals, and the zones that programs change.</param>
/// <param name="Run">The control socket.</param>
/// <param name="User">The account that the Debian package makes.</param>
/// <param name="Packages">The Debian packages.</param>
/// <param name="Unit">The package's own service, which listens on the same port.</param>
internal sealed record SubstratePaths(string Etc, string State, string Run, string User, string Packages, string Unit)
{
    public const string Library = "/usr/lib/globular/dns";
    public const string Backups = "/var/backups/globular-dns";
    public const string BackupKey = "/etc/globular-dns-backup.key";
    /// <summary>Debian's folder of the node exporter's textfile collector.</summary>
    public const string Metrics = "/var/lib/prometheus/node-exporter";
    public const string Service = "globular-dns";
    public const int Port = 53;

    /// <summary>Where Globular's own DNS has its management port.</summary>
    public const int ViewPort = 10006;

    private static readonly SubstratePaths Knot = new("/etc/globular-dns", "/var/lib/globular-dns", "/run/globular-dns", "knot",
        "knot knot-dnsutils knot-dnssecutils openssl", "knot.service");

    // What Debian's AppArmor profile of named allows.
    private static readonly SubstratePaths Bind = new("/etc/bind/globular-dns", "/var/lib/bind/globular-dns", "/run/named", "bind",
        "bind9 bind9-utils bind9-dnsutils openssl", "named.service");

    /// <summary>Every folder that is the service's alone; the queries that it keeps are below State.</summary>
    public IEnumerable<string> Folders => [Etc, State, Run, $"{Run}-queries", Library, Backups];

    public static SubstratePaths Of(SubstrateSettings substrate) => substrate.Server == SubstrateServer.Knot ? Knot : Bind;

    /// <summary>The Debian packages that its scripts need.</summary>
    public static string Packaged(SubstrateSettings substrate) => Of(substrate).Packages
        + (HasQueryService(substrate) ? " knot-module-dnstap fstrm-bin" : "") + (substrate.View ? " socat" : "");

    /// <summary>Knot gives what it is asked to another program; BIND writes its file by itself.</summary>
    public static bool HasQueryService(SubstrateSettings substrate) => substrate is { QueryLog: > 0, Server: SubstrateServer.Knot };

    public static string Configuration(SubstrateSettings substrate) =>
        substrate.Server == SubstrateServer.Knot ? "knot.conf" : "named.conf";

    /// <summary>The networks that may query: those of the definition, and the hosts for each other and for verify.</summary>
    public static IEnumerable<string> Allowed(SubstrateSettings substrate) => substrate.AllowedNetworks.Select(range => range.ToString())
        .Concat(substrate.Hosts.SelectMany(host => host.Addresses)
            .Where(address => !substrate.AllowedNetworks.Any(range => range.Contains(address)))
            .Select(address => address.ToString()))
        .Distinct();

    public static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
