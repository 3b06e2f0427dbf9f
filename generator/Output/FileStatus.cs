using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace PlatformGitOps.Generator.Output;

/// <summary>
/// What Linux says of an entry without opening it: kind, inode, size, and the times of its last change. The time of the last status change
/// moves with every write, rename and change of a time, and no program can set it.
/// </summary>
internal static partial class FileStatus
{
    /// <summary>The bytes of one entry; all zero where there is nothing.</summary>
    public const int Size = 48;

    // struct statx of linux/stat.h: 256 bytes, with the same layout on every architecture.
    private const int StatxSize = 256;
    private const int CurrentFolder = -100;
    private const int DoNotFollowLinks = 0x100;
    private const uint BasicMask = 0x7ff;

    public static bool IsSupported => OperatingSystem.IsLinux();

    /// <summary>Writes what the system says now.</summary>
    /// <param name="path">Ends in a zero byte.</param>
    /// <param name="followLinks">True for the target of a symbolic link.</param>
    /// <param name="status"><see cref="Size"/> bytes.</param>
    /// <returns>The seconds of the last status change since 1970; 0 where there is nothing.</returns>
    public static long Read(ReadOnlySpan<byte> path, bool followLinks, Span<byte> status)
    {
        Span<byte> buffer = stackalloc byte[StatxSize];
        if (Statx(CurrentFolder, path, followLinks ? 0 : DoNotFollowLinks, BasicMask, buffer) != 0)
        {
            status[..Size].Clear();
            return 0;
        }

        // Mode at 28, inode and size at 32, times of the status change at 96 and of the contents at 112: seconds and nanoseconds.
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
