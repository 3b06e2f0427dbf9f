using System.Net;

namespace PlatformGitOps.Generator.Definition;

/// <summary>A DNS server that CoreDNS forwards to.</summary>
/// <param name="Address">Its address; names would need DNS before there is any.</param>
/// <param name="Port">Its port, 53 by default.</param>
public sealed record Upstream(IPAddress Address, int Port = 53)
{
    /// <summary>As the forward plugin takes it: the port only where it is not 53.</summary>
    public override string ToString() => Port == 53 ? Address.ToString() : new IPEndPoint(Address, Port).ToString();
}
