using System.Runtime.InteropServices;

namespace PlatformGitOps.Generator.Output;

/// <summary>A file changed since it was read, so it was not written.</summary>
internal sealed class FileChangedException(string path) : IOException($"'{path}' changed in the meantime.");

/// <summary>
/// Replaces a file atomically, even for a reader or a SIGKILL in the middle: writes a temporary file in the same folder, then renames it.
/// It does not flush to the disk, so a power cut can lose the new text.
/// </summary>
internal static class AtomicFile
{
    // rw-r--r--, whatever the umask: Flux and git of other users read the tree.
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Writes a text as UTF-8 without a byte order mark.</summary>
    /// <exception cref="IOException">The disk is full, or the path is a folder; the old file is unchanged.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder is not writable.</exception>
    public static void Write(string path, string text) => Write(path, Utf8.GetBytes(text));

    /// <summary>As <see cref="Write(string, string)"/>.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content) =>
        Write(path, content, temporary => File.Move(temporary, path, overwrite: true));

    /// <summary>As <see cref="Write(string, string)"/>, but only if the file still has the expected contents.</summary>
    /// <param name="path">The file.</param>
    /// <param name="text">The new text.</param>
    /// <param name="seen">The hash of the file when it was read; null if there was no file.</param>
    /// <param name="keepsMode">True to keep the permissions of the existing file.</param>
    /// <exception cref="FileChangedException">The file changed since then, or exists now; it was not written.</exception>
    public static void Replace(string path, string text, string? seen, bool keepsMode = false)
    {
        var content = Utf8.GetBytes(text);
        if (seen is null && NewFile.TryWrite(path, Temporary(path), content, (uint)Mode))
        {
            return;
        }

        Write(path, content, temporary =>
        {
            if (seen is not null)
            {
                EnsureUnchanged(path, seen);
                if (keepsMode && !OperatingSystem.IsWindows())
                {
                    File.SetUnixFileMode(temporary, File.GetUnixFileMode(path));
                }

                ClearReadOnly(path);
                File.Move(temporary, path, overwrite: true);
                return;
            }

            try
            {
                File.Move(temporary, path, overwrite: false);
            }
            catch (IOException) when (Path.Exists(path))
            {
                throw new FileChangedException(path);
            }
        });
    }

    /// <summary>Deletes a file if it still has the expected contents.</summary>
    /// <exception cref="FileChangedException">The file changed since then; it was not deleted.</exception>
    public static void Delete(string path, string seen)
    {
        EnsureUnchanged(path, seen);
        ClearReadOnly(path);
        File.Delete(path);
    }

    private static void Write(string path, ReadOnlySpan<byte> content, Action<string> rename)
    {
        var temporary = Temporary(path);
        try
        {
            using (var file = File.OpenHandle(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                RandomAccess.Write(file, content, 0);
                if (!OperatingSystem.IsWindows())
                {
                    File.SetUnixFileMode(file, Mode);
                }
            }

            rename(temporary);
        }
        catch (Exception exception)
        {
            File.Delete(temporary);

            // The runtime's exception for EFBIG (a quota or a limit); callers handle it as a full disk.
            if (exception is ArgumentOutOfRangeException)
            {
                throw new IOException(exception.Message, exception);
            }

            throw;
        }
    }

    private static string Temporary(string path) => Path.Combine(Path.GetDirectoryName(path)!, LockFile.NewTemporary());

    private static void EnsureUnchanged(string path, string seen)
    {
        if (SpecialFile.Is(path) || !File.Exists(path) || new FileInfo(path).LinkTarget is not null || ContentHash.OfFile(path) != seen)
        {
            throw new FileChangedException(path);
        }
    }

    /// <summary>Windows does not replace a read-only file. Unix does, and a changed mode would apply to all hard links.</summary>
    private static void ClearReadOnly(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            File.SetAttributes(path, FileAttributes.Normal);
        }
    }
}

/// <summary>Writes a new file with four system calls: open, write, close, rename. .NET's own API needs about fifteen.</summary>
internal static partial class NewFile
{
    private const int CurrentFolder = -100;

    // O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, the same on x86-64 and arm64.
    private const int CreateNew = 0x1 | 0x40 | 0x80 | 0x80000;
    private const uint NoReplace = 1;

    /// <summary>Writes a file at a free path, through a temporary file in the same folder.</summary>
    /// <returns>False after any failure: nothing was written, and .NET's own API then reports the cause.</returns>
    public static bool TryWrite(string path, string temporary, ReadOnlySpan<byte> content, uint mode)
    {
        if (!OperatingSystem.IsLinux() || Open(temporary, CreateNew, mode) is not (>= 0 and var file))
        {
            return false;
        }

        var written = Write(file, content, (nuint)content.Length) == content.Length;
        // The umask limits the mode of open.
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
