using System.Collections.Immutable;
using System.Net;
using PlatformGitOps.Generator.Values;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Apps.Substrate.Records;

/// <summary>Records of a master file (RFC 1035 section 5), checked and in the form in which the generator writes zones.</summary>
/// <param name="Text">One whole record a line; none of the definition's own.</param>
/// <param name="Names">Their owners, absolute and without the closing dot.</param>
/// <param name="Addresses">Each address of a reverse zone with its owner, in the order of the file.</param>
public sealed record MasterFile(
    ReadOnlyMemory<char> Text, IReadOnlyCollection<string> Names, ImmutableArray<(IPAddress Address, string Name)> Addresses)
{
    public static readonly MasterFile Empty = new(default, [], []);
}

/// <summary>What a file of records must keep to. All names are absolute and without the closing dot.</summary>
/// <param name="Zone">Every record is in it.</param>
/// <param name="Children">Zones below it, whose records programs write.</param>
/// <param name="Taken">Names that the definition has already.</param>
/// <param name="Aliases">Those of them that are aliases, and what each is an alias of.</param>
/// <param name="Reverse">The ranges whose reverse zones are served.</param>
internal sealed record MasterFileBounds(
    string Zone, IReadOnlyList<string> Children, IReadOnlySet<string> Taken,
    IReadOnlyDictionary<string, string> Aliases, IReadOnlyList<Cidr> Reverse);

/// <summary>Something that is wrong with a file of records.</summary>
internal sealed record MasterFileProblem(string Rule, Position Position, string Message, string Fix);
