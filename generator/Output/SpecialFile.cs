using System.Runtime.InteropServices;

namespace PlatformGitOps.Generator.Output;

/// <summary>
/// Named pipes, devices and sockets: opening or reading one can block forever, and .NET does not tell them from files. Linux only;
/// elsewhere every entry counts as .NET sees it.
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
