using System.Buffers;
using System.Buffers.Binary;
using PlatformGitOps.Generator.Git;

namespace PlatformGitOps.Generator.Output;

/// <summary>
/// Remembers the file system's status of a tree that was as generated. While program, definition, lock file and all files and folders of
/// the tree have the same status, nothing is read or written. Changes of the last seconds are not remembered: a later change could have the
/// same time. It also keeps the run's warnings for the next run. The memory is a local folder that git ignores; without it, one run is
/// slower.
/// </summary>
internal sealed class UnchangedTree
{
    /// <summary>Next to the definition.</summary>
    public const string Folder = ".platform-gitops";

    // The definition is not read, so the names of the files that it names are kept here.
    private const string BesideName = "beside";

    // Some file systems store times in steps of two seconds.
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(3);

    private readonly string _root;
    private readonly string _memory;
    private readonly byte[] _seen;
    private readonly int _files;
    private readonly bool _isSettled;
    private readonly string[] _beside;

    private UnchangedTree(string root, string memory, byte[] seen, int files, bool isSettled, string[] beside) =>
        (_root, _memory, _seen, _files, _isSettled, _beside) = (root, memory, seen, files, isSettled, beside);

    /// <summary>Reads the status of everything that a run depends on; null if there is no tree yet, or on an unsupported system.</summary>
    /// <param name="definition">The path of the definition.</param>
    /// <param name="root">The folder of the tree.</param>
    /// <param name="time">The clock: recent changes are not remembered.</param>
    /// <param name="program">The path of the program; null for this one. The native program and the assembly have separate memories, so
    /// that switching between them is not slow.</param>
    public static UnchangedTree? ReadStatus(string definition, string root, TimeProvider time, string? program = null)
    {
        program ??= Program();
        if (!FileStatus.IsSupported)
        {
            return null;
        }

        byte[] lockText;
        try
        {
            lockText = File.ReadAllBytes(DiskState.OnDisk(root, LockFile.Name));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        var look = new Fingerprint(root, time.GetUtcNow().Subtract(Step).ToUnixTimeSeconds());
        look.AddText(GitFolder.RootOf(root) ?? "");
        look.Add(program, followLinks: true);
        look.Add(Path.GetFullPath(definition), followLinks: true);
        var beside = ReadBeside(root);
        foreach (var path in beside)
        {
            look.AddBelow(Encoding.UTF8.GetBytes(path), followLinks: true);
        }

        look.Add(Path.ChangeExtension(Path.GetFullPath(definition), Path.GetExtension(definition) == ".yml" ? ".yaml" : ".yml"));
        look.AddBelow(Encoding.UTF8.GetBytes(LockFile.Name));
        foreach (var path in Overlays(root))
        {
            look.AddBelow(Encoding.UTF8.GetBytes(path));
        }

        var files = 0;
        foreach (var range in lockText.AsSpan().Split((byte)'\n'))
        {
            if (LockFile.PathIn(lockText.AsSpan()[range]) is { IsEmpty: false } path)
            {
                look.AddWithFolders(path);
                files++;
            }
        }

        var memory = Path.Combine(root, Folder, Path.GetExtension(program) == ".dll" ? "unchanged" : "unchanged-native");
        return new UnchangedTree(root, memory, look.Bytes, files, look.IsSettled, beside);
    }

    /// <summary>The number of files and the warnings if nothing changed since the last run; else null.</summary>
    public UnchangedRun? Recall()
    {
        try
        {
            // The status, the warnings, and the length of the status.
            var memory = File.ReadAllBytes(_memory).AsSpan();
            return memory.Length >= _seen.Length + sizeof(int) && memory.StartsWith(_seen)
                && BinaryPrimitives.ReadInt32LittleEndian(memory[^sizeof(int)..]) == _seen.Length
                    ? new UnchangedRun(_files, Encoding.UTF8.GetString(memory[_seen.Length..^sizeof(int)])) : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Stores the status that was read before a run with nothing to write.</summary>
    /// <param name="beside">The files that the definition names; new ones are only listed, for the next run.</param>
    /// <param name="warnings">The run's warnings.</param>
    public void Remember(IEnumerable<string> beside, string warnings = "")
    {
        string[] named = [.. beside];
        if (!_isSettled && named.SequenceEqual(_beside))
        {
            return;
        }

        try
        {
            var ignore = Path.Combine(_root, Folder, ".gitignore");
            if (!File.Exists(ignore))
            {
                Directory.CreateDirectory(Path.Combine(_root, Folder));
                AtomicFile.Write(ignore, "*\n");
            }

            if (!named.SequenceEqual(_beside))
            {
                File.Delete(_memory);
                AtomicFile.Write(Path.Combine(_root, Folder, BesideName), string.Join('\n', named));
                return;
            }

            var length = new byte[sizeof(int)];
            BinaryPrimitives.WriteInt32LittleEndian(length, _seen.Length);
            AtomicFile.Write(_memory, [.. _seen, .. Encoding.UTF8.GetBytes(warnings), .. length]);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The folder is not writable or the disk is full: the next run reads all files again.
        }
    }

    /// <summary>The folders in which a first manifest creates an overlay.</summary>
    private static IEnumerable<string> Overlays(string root)
    {
        var folder = Path.GetDirectoryName(Emission.Layout.OverlayFolder("any"))!;
        return new[] { folder }.Concat(!Directory.Exists(Path.Combine(root, folder)) ? []
            : Directory.EnumerateDirectories(Path.Combine(root, folder), "*", new EnumerationOptions
            {
                RecurseSubdirectories = true,
                AttributesToSkip = FileAttributes.ReparsePoint,
            }).Order(StringComparer.Ordinal).Select(path => Path.GetRelativePath(root, path)));
    }

    private static string[] ReadBeside(string root)
    {
        try
        {
            var file = Path.Combine(root, Folder, BesideName);
            return File.Exists(file) ? File.ReadAllText(file).Split('\n', StringSplitOptions.RemoveEmptyEntries) : [];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>The path of the native program, or of the assembly.</summary>
    private static string Program()
    {
        var assembly = Path.Combine(AppContext.BaseDirectory, $"{typeof(UnchangedTree).Assembly.GetName().Name}.dll");
        return File.Exists(assembly) ? assembly : Environment.ProcessPath ?? assembly;
    }

    /// <summary>Collects the status of entries.</summary>
    private sealed class Fingerprint
    {
        private readonly ArrayBufferWriter<byte> _bytes = new(1 << 16);
        private readonly HashSet<string> _folders = new(StringComparer.Ordinal);
        private readonly byte[] _path = new byte[8192];
        private readonly int _root;
        private readonly long _settledBefore;
        private byte[] _lastFolder = [];

        public Fingerprint(string root, long settledBefore)
        {
            _root = Encoding.UTF8.GetBytes(Path.TrimEndingDirectorySeparator(root) + "/", _path);
            _settledBefore = settledBefore;
        }

        public bool IsSettled { get; private set; } = true;

        public byte[] Bytes => _bytes.WrittenSpan.ToArray();

        public void AddText(string text)
        {
            var size = Encoding.UTF8.GetByteCount(text);
            Encoding.UTF8.GetBytes(text, _bytes.GetSpan(size));
            _bytes.Advance(size);
        }

        public void Add(string path, bool followLinks = false) => Add(Encoding.UTF8.GetBytes(path + '\0'), followLinks);

        public void AddBelow(ReadOnlySpan<byte> path, bool followLinks = false)
        {
            if (_root + path.Length >= _path.Length)
            {
                IsSettled = false;
                return;
            }

            path.CopyTo(_path.AsSpan(_root));
            _path[_root + path.Length] = 0;
            Add(_path.AsSpan(0, _root + path.Length + 1), followLinks);
        }

        /// <summary>Adds a file, and once each folder above it: a folder's times change when an entry is added or removed.</summary>
        public void AddWithFolders(ReadOnlySpan<byte> path)
        {
            var slash = Math.Max(path.LastIndexOf((byte)'/'), 0);
            if (!path[..slash].SequenceEqual(_lastFolder))
            {
                _lastFolder = path[..slash].ToArray();
                var end = slash;
                while (end > 0 && _folders.Add(Encoding.UTF8.GetString(path[..end])))
                {
                    AddBelow(path[..end]);
                    end = path[..end].LastIndexOf((byte)'/');
                }
            }

            AddBelow(path);
        }

        private void Add(ReadOnlySpan<byte> path, bool followLinks)
        {
            IsSettled &= FileStatus.Read(path, followLinks, _bytes.GetSpan(FileStatus.Size)) < _settledBefore;
            _bytes.Advance(FileStatus.Size);
        }
    }
}

/// <summary>The output of a run with nothing to write.</summary>
/// <param name="Files">The number of files of the tree.</param>
/// <param name="Warnings">As they were printed, each with the end of its line.</param>
internal readonly record struct UnchangedRun(int Files, string Warnings);
