using System.Runtime.InteropServices;

namespace PlatformGitOps.Generator.Output;

/// <summary>
/// A new file in as few calls of the system as it takes: open, write, close, rename. .NET's own way asks about fifteen times for each file.
/// </summary>
internal static partial class NewFile
{
    private const int CurrentFolder = -100;

    // O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, the same on x86-64 and arm64.
    private const int CreateNew = 0x1 | 0x40 | 0x80 | 0x80000;
    private const uint NoReplace = 1;

    /// <summary>Writes a file under a name that nothing has, through a temporary one in the same folder.</summary>
    /// <returns>False where anything did not go as it should: nothing was made, and .NET's own way says why.</returns>
    public static bool TryWrite(string path, string temporary, ReadOnlySpan<byte> content, uint mode)
    {
        if (!OperatingSystem.IsLinux() || Open(temporary, CreateNew, mode) is not (>= 0 and var file))
        {
            return false;
        }

        var written = Write(file, content, (nuint)content.Length) == content.Length;
        // The mode of open is cut by the umask.
        written &= ChangeMode(file, mode) == 0;
        written &= Close(file) == 0;
        if (written && Rename(CurrentFolder, temporary, CurrentFolder, path, NoReplace) == 0)
        {
            return true;
        }

        _ = Unlink(temporary);
        return false;
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "write")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Write(int file, ReadOnlySpan<byte> content, nuint length);

    [LibraryImport("libc", EntryPoint = "fchmod")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int ChangeMode(int file, uint mode);

    [LibraryImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int file);

    [LibraryImport("libc", EntryPoint = "renameat2", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Rename(int fromFolder, string from, int toFolder, string to, uint flags);

    [LibraryImport("libc", EntryPoint = "unlink", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Unlink(string path);
}
