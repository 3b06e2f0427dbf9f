using PlatformGitOps.Generator.Tools;

namespace PlatformGitOps.Generator.Git;

/// <summary>git failed or does not know the commit; the message is for users.</summary>
internal sealed class GitException(string message) : Exception(message);

/// <summary>
/// Reads the generated folders of a commit. It runs only plumbing commands, so the repository's configuration cannot start a program.
/// </summary>
internal sealed class GitTree
{
    /// <summary>
    /// The output of <c>git rev-parse --local-env-vars</c>: git sets these variables for hooks and aliases, and they would select another
    /// repository, index or prefix.
    /// </summary>
    private static readonly string[] LocalVariables =
    [
        "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_CONFIG", "GIT_CONFIG_PARAMETERS", "GIT_CONFIG_COUNT", "GIT_OBJECT_DIRECTORY", "GIT_DIR",
        "GIT_WORK_TREE", "GIT_IMPLICIT_WORK_TREE", "GIT_GRAFT_FILE", "GIT_INDEX_FILE", "GIT_NO_REPLACE_OBJECTS", "GIT_REPLACE_REF_BASE",
        "GIT_PREFIX", "GIT_INTERNAL_SUPER_PREFIX", "GIT_SHALLOW_FILE", "GIT_COMMON_DIR",
    ];

    private static readonly Dictionary<string, string?> Variables = LocalVariables.ToDictionary(name => name, _ => (string?)null)
        .Concat(new Dictionary<string, string?>
        {
            // A missing object of a partial clone is an error here: fetching it would run a transport from the repository's configuration.
            ["GIT_NO_LAZY_FETCH"] = "1",
            ["GIT_ALLOW_PROTOCOL"] = "none",
            ["GIT_TERMINAL_PROMPT"] = "0",
            // Flux ignores replacement objects.
            ["GIT_NO_REPLACE_OBJECTS"] = "1",
            ["LC_ALL"] = "C",
        })
        .GroupBy(variable => variable.Key)
        .ToDictionary(group => group.Key, group => group.Last().Value);

    private const string FetchAll = "plan does not fetch: in a partial clone run git fetch --refetch --no-filter first.";

    private readonly string _git;
    private readonly string _root;
    private readonly CancellationToken _cancellationToken;

    private GitTree(string git, string root, CancellationToken cancellationToken) =>
        (_git, _root, _cancellationToken) = (git, root, cancellationToken);

    /// <summary>Reads a commit's tree; contents are raw, without conversion of line ends.</summary>
    /// <exception cref="GitException">git, the repository or the commit does not exist, or the commit cannot be read
    /// completely.</exception>
    public static async Task<SourceTree> ReadAsync(string root, string reference, CancellationToken cancellationToken)
    {
        var git = Tool.Git.Find()
            ?? throw new GitException($"git is not on the PATH, but plan compares with a commit. {Tool.Git.HowToGet}");
        return await new GitTree(git, root, cancellationToken).ReadAsync(reference);
    }

    /// <summary>The commit that is checked out; null without git, a repository or a commit.</summary>
    public static async Task<string?> CommitOfAsync(string root, CancellationToken cancellationToken)
    {
        if (Tool.Git.Find() is not { } git)
        {
            return null;
        }

        var result = await new GitTree(git, root, cancellationToken).RunAsync(["rev-parse", "--verify", "HEAD^{commit}"], []);
        return result.Succeeded ? result.Output.Trim() : null;
    }

    private async Task<SourceTree> ReadAsync(string reference)
    {
        var (commit, prefix) = await CommitAsync(reference);
        var entries = await ListAsync(commit, ["-r", "-t"], SafePath.Tops.Append(SourceIgnore.FileName).Select(top => prefix + top));
        await CheckAsync(commit, prefix, entries);

        // Flux leaves symbolic links (mode 120000) out of its artifact.
        var files = entries.Where(entry => entry.Mode.StartsWith("100", StringComparison.Ordinal)).ToArray();
        var contents = await ContentsAsync([.. files.Select(file => file.Object).Distinct()]);
        return SourceTree.Of(files.ToDictionary(file => file.Path[prefix.Length..], file => contents[file.Object], StringComparer.Ordinal));
    }

    /// <summary>The commit's id, and the root's path in the repository with a slash at its end.</summary>
    private async Task<(string Commit, string Prefix)> CommitAsync(string reference)
    {
        // Reference names never begin with a dash (git-check-ref-format); such a text would be an option.
        if (reference.Length == 0 || reference[0] == '-' || reference.Any(char.IsControl))
        {
            throw new GitException($"'{reference}' is not a git reference. Give a branch, a tag or a commit, for example origin/main.");
        }

        string[] question = ["rev-parse", "--verify", "--is-inside-work-tree", "--show-prefix", $"{reference}^{{commit}}"];
        var result = await RunAsync(question, []);
        var lines = result.Output.Split('\n');
        return (result.Succeeded, lines) switch
        {
            (true, ["true", var prefix, { Length: >= 40 } commit, ""]) when commit.All(char.IsAsciiHexDigitLower) => (commit, prefix),
            (true, ["false", ..]) => throw new GitException(
                $"'{_root}' is not in the working tree of a git repository. Run plan in a checkout."),
            _ when reference == "HEAD" && result.Error.Contains("Needed a single revision") =>
                throw new GitException(
                    "This repository has no commit yet. Commit platform.yaml and kubernetes/, then run the command again."),
            _ when result.Error.Contains("Needed a single revision") => throw new GitException(
                $"git knows no commit '{reference}' here. "
                + "Give a branch, a tag or a commit (a shallow clone has few: git fetch --unshallow)."),
            _ when result.Error.Contains("not a git repository (or any") => throw new GitException(
                $"'{_root}' is not in a git repository, but plan compares with a commit. Run plan in a checkout."),
            _ => throw new GitException($"git cannot read '{reference}' in '{_root}'. {result.Explain()}"),
        };
    }

    /// <summary>An empty listing means a first delivery; anything else that hides files is an error.</summary>
    private async Task CheckAsync(string commit, string prefix, IReadOnlyList<TreeEntry> entries)
    {
        RefuseWhatHidesFiles(commit, entries, SafePath.Tops.Select(top => prefix + top));
        if (entries.Count > 0 && !entries.Any(entry => entry.Type == "blob"))
        {
            throw new GitException(
                $"git lists no file below '{entries[0].Path}' in commit {commit[..12]}. Check the repository: git fsck.");
        }

        if (entries.Count == 0 && prefix.Length > 0)
        {
            var names = prefix.TrimEnd('/').Split('/');
            var above = names.Select((_, index) => string.Join('/', names[..(index + 1)])).ToArray();
            RefuseWhatHidesFiles(commit, await ListAsync(commit, [], above), above);
        }
    }

    private static void RefuseWhatHidesFiles(string commit, IEnumerable<TreeEntry> entries, IEnumerable<string> folders)
    {
        if (entries.FirstOrDefault(entry => entry.Type == "commit" || (entry.Type != "tree" && folders.Contains(entry.Path))) is { } entry)
        {
            var kind = entry switch { { Type: "commit" } => "a submodule", { Mode: "120000" } => "a symbolic link", _ => "a file" };
            throw new GitException(
                $"'{entry.Path}' is {kind} in commit {commit[..12]}, so plan cannot see what the clusters have. "
                + "Compare with a commit that contains the files themselves (--against).");
        }
    }

    private async Task<IReadOnlyList<TreeEntry>> ListAsync(string commit, string[] options, IEnumerable<string> paths)
    {
        var listing = await OutputAsync(["ls-tree", "-z", "--full-tree", .. options, commit, "--", .. paths], []);
        return
        [
            .. from line in Encoding.UTF8.GetString(listing).Split('\0', StringSplitOptions.RemoveEmptyEntries)
               let tab = line.IndexOf('\t', StringComparison.Ordinal)
               let words = line[..tab].Split(' ')
               select new TreeEntry(words[0], words[1], words[2], line[(tab + 1)..]),
        ];
    }

    /// <summary>The contents of objects, from records of <c>name SP type SP size LF contents LF</c>.</summary>
    private async Task<Dictionary<string, byte[]>> ContentsAsync(string[] objects)
    {
        var input = Encoding.ASCII.GetBytes(string.Concat(objects.Select(name => name + "\n")));
        var batch = await OutputAsync(["cat-file", "--batch"], input);
        var contents = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        for (var at = 0; at < batch.Length;)
        {
            var end = Array.IndexOf(batch, (byte)'\n', at);
            var words = Encoding.ASCII.GetString(batch, at, end - at).Split(' ');
            if (words is not [var name, "blob", var size])
            {
                throw new GitException($"The clone does not have object {words[0]}. {FetchAll}");
            }

            var length = int.Parse(size, NumberStyles.None, CultureInfo.InvariantCulture);
            contents.Add(name, batch[(end + 1)..(end + 1 + length)]);
            at = end + 1 + length + 1;
        }

        return contents;
    }

    private async Task<byte[]> OutputAsync(string[] arguments, byte[] input)
    {
        var result = await RunAsync(arguments, input);
        return result.Succeeded ? result.Bytes : throw new GitException(
            $"git {arguments[0]} failed in '{_root}'. {result.Explain()} {FetchAll}");
    }

    private Task<ToolResult> RunAsync(string[] arguments, byte[] input)
    {
        string[] all = ["--no-pager", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-C", _root, .. arguments];
        return ToolProcess.RunAsync(_git, all, new ToolOptions { Input = input, Environment = Variables }, _cancellationToken);
    }

    private sealed record TreeEntry(string Mode, string Type, string Object, string Path);
}
