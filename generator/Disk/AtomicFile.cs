using System.Text;

namespace PlatformGitOps.Generator.Disk;

/// <summary>
/// Files that are the old or the new text in whole, even for a reader or a SIGKILL in the middle: a temporary file in the same
/// folder, then a rename. Nothing is flushed to the medium, so this says nothing about a power cut.
/// </summary>
internal static class AtomicFile
{
    // rw-r--r--, whatever the umask: the tree is read by other users' Flux and git.
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Writes a text as UTF-8 without a byte order mark.</summary>
    /// <exception cref="IOException">The disk is full, or a folder stands at the path; the old file is whole.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written to.</exception>
    public static void Write(string path, string text)
    {
        var temporary = Path.Combine(Path.GetDirectoryName(path)!, OwnFiles.NewTemporary());
        try
        {
            using (var file = File.OpenHandle(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                RandomAccess.Write(file, Utf8.GetBytes(text), 0);
                if (!OperatingSystem.IsWindows())
                {
                    File.SetUnixFileMode(file, Mode);
                }
            }

            File.Move(temporary, path, overwrite: true);
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
}
