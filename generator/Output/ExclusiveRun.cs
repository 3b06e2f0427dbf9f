namespace PlatformGitOps.Generator.Output;

/// <summary>
/// The exclusive right to write in a tree: an operating system's lock on a file. It ends with the process, so a killed run never blocks the
/// next one.
/// </summary>
internal sealed class ExclusiveRun : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    // ERROR_SHARING_VIOLATION as an HRESULT, and EWOULDBLOCK of flock(2): the runtime's exceptions for a locked file.
    private const int SharingViolation = unchecked((int)0x80070020);
    private const int LinuxWouldBlock = 11;
    private const int BsdWouldBlock = 35;

    private readonly FileStream _file;

    private ExclusiveRun(FileStream file) => _file = file;

    /// <summary>Takes the right; null if another run still held it after the time-out.</summary>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written to.</exception>
    public static async Task<ExclusiveRun?> TakeAsync(
        string path, TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        while (true)
        {
            if (TryTake(path) is { } run)
            {
                return run;
            }

            if (time.GetElapsedTime(start) >= patience)
            {
                return null;
            }

            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    public void Dispose()
    {
        // On Unix the file is removed while the lock is held; Windows only removes a closed file.
        if (OperatingSystem.IsWindows())
        {
            _file.Dispose();
            File.Delete(_file.Name);
        }
        else
        {
            File.Delete(_file.Name);
            _file.Dispose();
        }
    }

    private static ExclusiveRun? TryTake(string path)
    {
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception) when (IsHeld(exception))
        {
            return null;
        }

        // Opening and locking are two steps: in between, the last run may have removed the file and a third one may have made a new one. A
        // random length shows whether the path still leads to the locked file.
        try
        {
            var mark = Environment.ProcessId.ToString(CultureInfo.InvariantCulture).PadRight(Random.Shared.Next(16, 4096)) + "\n";
            file.SetLength(0);
            file.Write(System.Text.Encoding.ASCII.GetBytes(mark));
            file.Flush();
            if (new FileInfo(path) is { Exists: true } named && named.Length == mark.Length)
            {
                return new ExclusiveRun(file);
            }
        }
        catch (IOException)
        {
            // The disk is full: the file that was just made must not stay.
            new ExclusiveRun(file).Dispose();
            throw;
        }

        file.Dispose();
        return null;
    }

    // Whether the file exists does not help: the other run may have ended and removed it since the lock was refused.
    private static bool IsHeld(IOException exception) =>
        exception.HResult == (OperatingSystem.IsWindows() ? SharingViolation : OperatingSystem.IsLinux() ? LinuxWouldBlock : BsdWouldBlock);
}
