using System.Buffers.Binary;

namespace PlatformGitOps.Acceptance.Criteria.GeoDns;

/// <summary>
/// A small database in MaxMind's format (specification 2.0) with the type GeoLite2-City: networks of both families with country and
/// continent. As in MaxMind's own, IPv4 networks are below ::/96.
/// </summary>
internal static class CityDatabase
{
    private const int Bytes = 6;
    private const int Separator = 16;
    private const int Octets = 16;

    public static byte[] Of(params IReadOnlyList<(string Network, string Country, string Continent)> places) => Of(6, places);

    /// <summary>A database with IPv4 only, as some publishers have it.</summary>
    public static byte[] OfIPv4(params IReadOnlyList<(string Network, string Country, string Continent)> places) => Of(4, places);

    private static byte[] Of(uint version, IReadOnlyList<(string Network, string Country, string Continent)> places)
    {
        // Two children for each node: null for none, an int for a node, a place for a leaf.
        var nodes = new List<object?[]> { new object?[2] };
        var data = new MemoryStream();
        foreach (var (text, country, continent) in places)
        {
            var network = IPNetwork.Parse(text);
            var octets = network.BaseAddress.GetAddressBytes();
            var before = version == 4 ? 0 : Octets - octets.Length;
            var length = network.PrefixLength + (before * 8);
            octets = [.. new byte[before], .. octets];
            var offset = (uint)data.Length;
            Map(data, 2);
            Text(data, "country");
            Map(data, 1);
            Text(data, "iso_code");
            Text(data, country);
            Text(data, "continent");
            Map(data, 1);
            Text(data, "code");
            Text(data, continent);
            var at = 0;
            for (var bit = 0; bit < length; bit++)
            {
                var side = (octets[bit / 8] >> (7 - (bit % 8))) & 1;
                if (bit == length - 1)
                {
                    nodes[at][side] = offset;
                }
                else
                {
                    if (nodes[at][side] is not int)
                    {
                        nodes[at][side] = nodes.Count;
                        nodes.Add(new object?[2]);
                    }

                    at = (int)nodes[at][side]!;
                }
            }
        }

        var file = new MemoryStream();
        foreach (var child in nodes.SelectMany(node => node))
        {
            Record(file, child switch
            {
                int node => (uint)node,
                uint offset => (uint)(nodes.Count + Separator + offset),
                _ => (uint)nodes.Count,
            });
        }

        file.Write(new byte[Separator]);
        data.WriteTo(file);
        Metadata(file, nodes.Count, version);
        return file.ToArray();
    }

    private static void Metadata(Stream file, int nodes, uint version)
    {
        file.Write([0xab, 0xcd, 0xef, .. "MaxMind.com"u8]);
        Map(file, 9);
        Text(file, "binary_format_major_version");
        Number(file, 5, 2);
        Text(file, "binary_format_minor_version");
        Number(file, 5, 0);
        Text(file, "build_epoch");
        Number(file, 9, 1);
        Text(file, "database_type");
        Text(file, "GeoLite2-City");
        Text(file, "description");
        Map(file, 0);
        Text(file, "ip_version");
        Number(file, 5, version);
        Text(file, "languages");
        // An empty array: an extended type, 11 - 7.
        file.Write([0, 4]);
        Text(file, "node_count");
        Number(file, 6, (uint)nodes);
        Text(file, "record_size");
        Number(file, 5, Bytes * 4);
    }

    /// <summary>Three octets: a 24-bit record.</summary>
    private static void Record(Stream file, uint value) => file.Write([(byte)(value >> 16), (byte)(value >> 8), (byte)value]);

    private static void Map(Stream file, int entries) => file.WriteByte((byte)((7 << 5) | entries));

    private static void Text(Stream file, string text)
    {
        var octets = Encoding.UTF8.GetBytes(text);
        file.WriteByte((byte)((2 << 5) | Math.Min(octets.Length, 29)));
        if (octets.Length >= 29)
        {
            file.WriteByte((byte)(octets.Length - 29));
        }

        file.Write(octets);
    }

    private static void Number(Stream file, int type, uint value)
    {
        Span<byte> octets = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(octets, value);
        var significant = octets.TrimStart((byte)0);
        // Types above 7 need a second octet.
        file.Write(type > 7 ? [(byte)significant.Length, (byte)(type - 7)] : [(byte)((type << 5) | significant.Length)]);
        file.Write(significant);
    }
}
