using System.Globalization;
using System.Text;
using PlatformGitOps.Generator.Disk;
using PlatformGitOps.Generator.Flux;

namespace PlatformGitOps.Generator.Plan;

/// <summary>The generator's folders in a commit: one question for the names, one for all contents.</summary>
internal static class GitTree
{
    /// <summary>Reads a commit's tree; contents are git's own, untouched by line-end conversion.</summary>
    /// <exception cref="GitException">No git, no repository, or no such commit.</exception>
    public static async Task<SourceTree> ReadAsync(string root, string reference, CancellationToken cancellationToken)
    {
        var commit = await CommitAsync(root, reference, cancellationToken).ConfigureAwait(false);
        var listing = await OutputAsync(root, ["ls-tree", "-r", "-z", commit, "--", .. SafePath.Tops], "", cancellationToken).ConfigureAwait(false);
        var files = Entries(Encoding.UTF8.GetString(listing)).ToArray();
        var objects = files.Select(file => file.Object).Distinct().ToArray();
        var contents = await OutputAsync(root, ["cat-file", "--batch"], string.Concat(objects.Select(name => name + "\n")), cancellationToken).ConfigureAwait(false);
        var byObject = Contents(contents);
        return SourceTree.Of(files.ToDictionary(file => file.Path, file => byObject[file.Object], StringComparer.Ordinal));
    }

    private static async Task<string> CommitAsync(string root, string reference, CancellationToken cancellationToken)
    {
        // No reference begins with a dash (git-check-ref-format), so nothing is lost, and no reference becomes an option.
        if (reference.Length == 0 || reference[0] == '-' || reference.Any(char.IsControl))
        {
            throw new GitException($"'{reference}' is no git reference. Give a branch, a tag or a commit, for example origin/main.");
        }

        var (exitCode, output, error) = await GitProcess.RunAsync(root, ["rev-parse", "--verify", $"{reference}^{{commit}}"], "", cancellationToken).ConfigureAwait(false);
        var commit = Encoding.ASCII.GetString(output).Trim();
        if (exitCode == 0 && commit.Length >= 40 && commit.All(char.IsAsciiHexDigitLower))
        {
            return commit;
        }

        throw new GitException(error.Contains("not a git repository", StringComparison.Ordinal)
            ? $"'{root}' is in no git repository: there is no commit to compare with."
            : $"git knows no commit '{reference}' here. Give a branch, a tag or a commit (a shallow clone has few: git fetch --unshallow).");
    }

    private static async Task<byte[]> OutputAsync(string root, string[] arguments, string input, CancellationToken cancellationToken)
    {
        var (exitCode, output, error) = await GitProcess.RunAsync(root, arguments, input, cancellationToken).ConfigureAwait(false);
        return exitCode == 0 ? output : throw new GitException($"git {arguments[0]} failed: {error}");
    }

    /// <summary>Plain files only: neither symbolic links (mode 120000) nor submodules (160000).</summary>
    private static IEnumerable<(string Path, string Object)> Entries(string listing) =>
        from line in listing.Split('\0', StringSplitOptions.RemoveEmptyEntries)
        let tab = line.IndexOf('\t', StringComparison.Ordinal)
        let words = line[..tab].Split(' ')
        where words[0].StartsWith("100", StringComparison.Ordinal)
        select (line[(tab + 1)..], words[2]);

    /// <summary>Records of <c>name SP type SP size LF contents LF</c>.</summary>
    private static Dictionary<string, byte[]> Contents(byte[] batch)
    {
        var contents = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        for (var at = 0; at < batch.Length;)
        {
            var end = Array.IndexOf(batch, (byte)'\n', at);
            var words = Encoding.ASCII.GetString(batch, at, end - at).Split(' ');
            if (words is not [var name, "blob", var size])
            {
                throw new GitException($"git has not the contents of {words[0]}: the clone is not complete.");
            }

            var length = int.Parse(size, NumberStyles.None, CultureInfo.InvariantCulture);
            contents.Add(name, batch[(end + 1)..(end + 1 + length)]);
            at = end + 1 + length + 1;
        }

        return contents;
    }
}
