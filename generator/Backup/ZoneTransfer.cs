using PlatformGitOps.Generator.Apps.ExternalDns;
using PlatformGitOps.Generator.Tools;

namespace PlatformGitOps.Generator.Backup;

/// <summary>A zone cannot be read; the message is for users and never contains a key.</summary>
internal sealed class ZoneTransferException(string message) : Exception(message);

/// <summary>Reads zones with transfers signed by an instance's key (TSIG). kdig gets the key through a pipe.</summary>
/// <param name="Kdig">kdig's absolute path.</param>
internal sealed partial record ZoneTransfer(string Kdig)
{
    /// <summary>The environment variable of External-DNS's own container.</summary>
    public const string Variable = "EXTERNAL_DNS_RFC2136_TSIG_SECRET";

    /// <exception cref="ZoneTransferException">It is not on the PATH.</exception>
    public static ZoneTransfer Find() => new(Tool.Kdig.Find()
        ?? throw new ZoneTransferException($"kdig is not on the PATH, and zones are read with it. {Tool.Kdig.HowToGet}"));

    /// <summary>The TSIG key of an instance in base64: from a file, else from <see cref="Variable"/>.</summary>
    /// <param name="instance">The instance's name.</param>
    /// <param name="files">Entries <c>INSTANCE=FILE</c>, or <c>FILE</c> for every other instance.</param>
    /// <param name="environment">The variable's value.</param>
    /// <exception cref="ZoneTransferException">Neither has a key, or it is invalid.</exception>
    public static string Secret(string instance, IReadOnlyCollection<string> files, string? environment)
    {
        var own = files.FirstOrDefault(entry => entry.StartsWith(instance + "=", StringComparison.Ordinal));
        var file = own?[(instance.Length + 1)..] ?? files.FirstOrDefault(entry => !Assignment().IsMatch(entry));
        var (place, text) = file is not null ? ($"'{Printable.Of(file)}'", Read(file)) : ($"the variable {Variable}", environment);
        return text?.Trim() switch
        {
            null or "" when file is null => throw new ZoneTransferException(
                $"The zones of the instance '{instance}' are read with its TSIG key. Name a file that holds the key "
                + $"(--tsig-file), or set {Variable}."),
            { } secret when Base64().IsMatch(secret) => secret,
            _ => throw new ZoneTransferException($"What {place} holds is not a TSIG key in base64. Write the key alone."),
        };
    }

    /// <exception cref="ZoneTransferException">The server refused the transfer, or does not answer.</exception>
    public async Task<ImmutableArray<ZoneRecord>> ReadAsync(
        Rfc2136Settings server, string zone, string secret, CancellationToken cancellationToken)
    {
        string[] arguments =
        [
            "-k", "/dev/stdin", $"@{server.Host}", "-p", server.Port.ToString(CultureInfo.InvariantCulture), "-q", zone, "-t", "AXFR",
            "+noall", "+answer", "+time=10", "+retry=0",
        ];
        var options = new ToolOptions
        {
            Input = Encoding.ASCII.GetBytes($"{server.Algorithm}:{server.KeyName}:{secret}\n"),
            Environment = new Dictionary<string, string?> { [Variable] = null },
        };
        var result = await ToolProcess.RunAsync(Kdig, arguments, options, cancellationToken);
        if (!result.Succeeded)
        {
            throw new ZoneTransferException(
                $"{server.Host}:{server.Port} does not hand over the zone '{zone}'. {result.Explain()} Allow the key "
                + $"'{server.KeyName}' to transfer the zone, and check that its secret is the server's ({Docs.Page("external-dns.md")}). "
                + "Knot says NOTAUTH or BADKEY also where an ACL refuses.");
        }

        var records = ZoneRecord.Read(result.Output);
        return records.Any(record => record.Type == "SOA") ? records
            : throw new ZoneTransferException($"{server.Host}:{server.Port} handed over a zone '{zone}' without a SOA record.");
    }

    private static string Read(string file)
    {
        try
        {
            return new FileInfo(file) is { Exists: true, Length: < 4096 } ? File.ReadAllText(file) : "";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ZoneTransferException($"'{Printable.Of(file)}' cannot be read: {Printable.Of(exception.Message)}");
        }
    }

    // An instance's name is a DNS label; write ./PATH for a path with a '='.
    [GeneratedRegex("^[a-z0-9-]+=", RegexOptions.CultureInvariant)]
    private static partial Regex Assignment();

    [GeneratedRegex(@"^[A-Za-z0-9+/]{8,200}={0,2}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Base64();
}
