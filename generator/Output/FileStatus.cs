using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace PlatformGitOps.Generator.Output;

/// <summary>
/// Reads the status of an entry on Linux without opening it: kind, inode, size and change times. Every write, rename and change of a time
/// sets the status change time (ctime), and no program can set it.
/// </summary>
internal static partial class FileStatus
{
    /// <summary>The bytes of one entry; all zero if it does not exist.</summary>
    public const int Size = 48;

    // struct statx of linux/stat.h: 256 bytes, with the same layout on every architecture.
    private const int StatxSize = 256;
    private const int CurrentFolder = -100;
    private const int DoNotFollowLinks = 0x100;
    private const uint BasicMask = 0x7ff;

    public static bool IsSupported => OperatingSystem.IsLinux();

    /// <summary>Reads the current status.</summary>
    /// <param name="path">The path with a terminating zero byte.</param>
    /// <param name="followLinks">True for the target of a symbolic link.</param>
    /// <param name="status">Receives <see cref="Size"/> bytes.</param>
    /// <returns>The status change time in seconds since 1970; 0 if the entry does not exist.</returns>
    public static long Read(ReadOnlySpan<byte> path, bool followLinks, Span<byte> status)
    {
        Span<byte> buffer = stackalloc byte[StatxSize];
        if (Statx(CurrentFolder, path, followLinks ? 0 : DoNotFollowLinks, BasicMask, buffer) != 0)
        {
            status[..Size].Clear();
            return 0;
        }

        // Mode is at 28, inode and size at 32, ctime at 96 and mtime at 112, each in seconds and nanoseconds.
        buffer.Slice(28, 2).CopyTo(status);
        status.Slice(2, 6).Clear();
        buffer.Slice(32, 16).CopyTo(status[8..]);
        buffer.Slice(96, 12).CopyTo(status[24..]);
        buffer.Slice(112, 12).CopyTo(status[36..]);
        return BinaryPrimitives.ReadInt64LittleEndian(buffer[96..]);
    }

    [LibraryImport("libc", EntryPoint = "statx")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Statx(int folder, ReadOnlySpan<byte> path, int flags, uint mask, Span<byte> buffer);
}

/// <summary>
/// Detects named pipes, devices and sockets: opening or reading one can block forever, and .NET does not distinguish them from files. Only
/// on Linux; elsewhere the result is false.
/// </summary>
internal static partial class SpecialFile
{
    private const int CurrentFolder = -100;
    private const int DoNotFollowLinks = 0x100;

    // struct statx of linux/stat.h: 256 bytes, with the same layout on every architecture.
    private const int Size = 256;
    private const int ModeOffset = 28;

    /// <summary>True for what is neither a file nor a folder nor a symbolic link.</summary>
    /// <param name="path">The path on disk.</param>
    /// <param name="followLinks">True to look at the target of a symbolic link.</param>
    public static bool Is(string path, bool followLinks = false)
    {
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

        Span<byte> buffer = stackalloc byte[Size];
        const int Format = 0xF000, Regular = 0x8000, Folder = 0x4000, Link = 0xA000, TypeMask = 1;
        return Statx(CurrentFolder, path, followLinks ? 0 : DoNotFollowLinks, TypeMask, buffer) == 0
            && (MemoryMarshal.Read<ushort>(buffer[ModeOffset..]) & Format) is not (Regular or Folder or Link);
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Statx(int folder, string path, int flags, uint mask, Span<byte> buffer);
}
