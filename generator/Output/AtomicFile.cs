using System.Runtime.InteropServices;

namespace PlatformGitOps.Generator.Output;

/// <summary>A file has other contents than a moment before, so the change to it was not made.</summary>
internal sealed class FileChangedException(string path) : IOException($"'{path}' changed in the meantime.");

/// <summary>
/// Files that are the old or the new text in whole, even for a reader or a SIGKILL in the middle: a temporary file in the same
/// folder, then a rename. Nothing is flushed to the medium, so this says nothing about a power cut.
/// </summary>
internal static class AtomicFile
{
    // rw-r--r--, whatever the umask: other users' Flux and git read the tree.
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Writes a text as UTF-8 without a byte order mark.</summary>
    /// <exception cref="IOException">The disk is full, or a folder is at the path; the old file is whole.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder is not writable.</exception>
    public static void Write(string path, string text) => Write(path, Utf8.GetBytes(text));

    /// <summary>As <see cref="Write(string, string)"/>.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content) =>
        Write(path, content, temporary => File.Move(temporary, path, overwrite: true));

    /// <summary>As <see cref="Write(string, string)"/>, but only over the contents that were seen before.</summary>
    /// <param name="path">The file.</param>
    /// <param name="text">The new text.</param>
    /// <param name="seen">The hash of the file when it was read; null where there was no file.</param>
    /// <param name="keepsMode">True for a file whose owner decides who reads it.</param>
    /// <exception cref="FileChangedException">The file changed since then, or there is one now; it is as it was.</exception>
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

    /// <summary>Deletes a file that still has the contents that were seen before.</summary>
    /// <exception cref="FileChangedException">The file changed since then; it is as it was.</exception>
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

            // What the runtime makes of EFBIG: a quota or a limit, which is the same to the caller as a full disk.
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

    /// <summary>Windows does not replace a read-only file. Unix does, and its mode would change for all hard links.</summary>
    private static void ClearReadOnly(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            File.SetAttributes(path, FileAttributes.Normal);
        }
    }
}

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
