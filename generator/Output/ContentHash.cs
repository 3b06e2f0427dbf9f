using System.Buffers;
using System.Security.Cryptography;

namespace PlatformGitOps.Generator.Output;

/// <summary>
/// The SHA-256 of a text with line ends <c>\n</c>, whatever they are on disk: a checkout with git's autocrlf must not look like a hand
/// edit. For a file with <c>\n</c> it equals the output of <c>sha256sum</c>.
/// </summary>
public static class ContentHash
{
    private const int BufferSize = 64 * 1024;

    /// <summary>The hash, in lower-case hex, of a text as it would be written.</summary>
    public static string OfText(string text)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            var (encoder, pendingReturn) = (Encoding.UTF8.GetEncoder(), false);
            var rest = text.AsSpan();
            for (var completed = false; !completed;)
            {
                encoder.Convert(rest, buffer, flush: true, out var used, out var length, out completed);
                rest = rest[used..];
                pendingReturn = Append(hash, buffer.AsSpan(0, length), pendingReturn);
            }

            if (pendingReturn)
            {
                hash.AppendData("\r"u8);
            }

            return Hex(hash);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The hash of a file, read in chunks so that a large foreign file needs no memory.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static string OfFile(string path)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var file = File.OpenHandle(
            path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.SequentialScan);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            var pendingReturn = false;
            long offset = 0;
            while (RandomAccess.Read(file, buffer.AsSpan(0, BufferSize), offset) is var read and > 0)
            {
                offset += read;
                pendingReturn = Append(hash, buffer.AsSpan(0, read), pendingReturn);
            }

            if (pendingReturn)
            {
                hash.AppendData("\r"u8);
            }

            return Hex(hash);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The hash of a definition and the files that it names; without such files, the hash of the definition alone.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static string OfDefinition(string path, IEnumerable<string> beside)
    {
        var own = OfFile(path);
        var others = string.Join('\n', beside.Select(OfFile));
        return others.Length == 0 ? own : OfText($"{own}\n{others}");
    }

    /// <summary>
    /// Appends a chunk without the <c>\r</c> of each <c>\r\n</c>; true if it ends with a <c>\r</c>, which the next chunk decides.
    /// </summary>
    private static bool Append(IncrementalHash hash, ReadOnlySpan<byte> piece, bool pendingReturn)
    {
        if (pendingReturn && (piece.IsEmpty || piece[0] != (byte)'\n'))
        {
            hash.AppendData("\r"u8);
        }

        while (piece.IndexOf((byte)'\r') is var at and >= 0)
        {
            hash.AppendData(piece[..at]);
            if (at == piece.Length - 1)
            {
                return true;
            }

            if (piece[at + 1] != (byte)'\n')
            {
                hash.AppendData("\r"u8);
            }

            piece = piece[(at + 1)..];
        }

        hash.AppendData(piece);
        return false;
    }

    private static string Hex(IncrementalHash hash)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(digest);
        return Convert.ToHexStringLower(digest);
    }
}
