namespace PlatformGitOps.Generator.Git;

/// <summary>A git repository, read from its files; no program is started.</summary>
internal sealed record GitFolder
{
    private const string Heads = "refs/heads/";
    private const string Remotes = "refs/remotes/";
    private const string Origin = "origin";
    private const int LargestFile = 16 << 20;

    /// <summary>The folder of the working tree.</summary>
    public required string Root { get; init; }

    /// <summary>The default branch of the first remote, else the current branch; null for neither.</summary>
    public string? Branch { get; init; }

    /// <summary>The branches that this clone knows: remote ones too, and a branch without a commit.</summary>
    public ImmutableSortedSet<string> Branches { get; init; } = [];

    /// <summary>The URLs of the remotes, that of origin first.</summary>
    public ImmutableArray<string> Urls { get; init; } = [];

    /// <summary>False for a clone that may lack branches of its remote: shallow, or of a single branch.</summary>
    public bool IsWhole { get; init; }

    /// <summary>The working tree that contains a folder, which need not exist yet; null outside of a repository.</summary>
    public static string? RootOf(string folder)
    {
        var root = new DirectoryInfo(Path.GetFullPath(folder));
        while (root is not null && !Path.Exists(Path.Combine(root.FullName, ".git")))
        {
            root = root.Parent;
        }

        return root?.FullName;
    }

    /// <summary>The repository of a folder; null outside of a repository, or if it cannot be read.</summary>
    public static GitFolder? Of(string folder)
    {
        try
        {
            return RootOf(folder) is { } root ? Read(root) : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The URL for Flux, without credentials; null if Flux does not support it.</summary>
    public static string? ForFlux(string remote)
    {
        if (Parsed(remote) is not { Scheme: "https" or "ssh" } uri
            // A host without a dot is an alias in a user's configuration of ssh or git, which Flux does not have.
            || (!remote.Contains("://") && !uri.Host.Contains('.')))
        {
            return null;
        }

        var plain = uri.Scheme == "ssh"
            ? $"ssh://{(uri.UserInfo.Length == 0 ? "git" : uri.UserInfo.Split(':')[0])}@{uri.Authority}{uri.AbsolutePath}"
            : $"https://{uri.Authority}{uri.AbsolutePath}";
        return Forms.Url.Check(plain) is null ? plain : null;
    }

    /// <summary>The host of a URL; null for a path.</summary>
    public static string? HostOf(string remote) => Parsed(remote) is { Host.Length: > 0 } uri ? uri.Host : null;

    /// <summary>A URL, also in the format of git and ssh: git@host:path.</summary>
    private static Uri? Parsed(string remote)
    {
        var colon = remote.IndexOf(':', StringComparison.Ordinal);
        var url = !remote.Contains("://") && colon > 1 && !remote[..colon].Contains('/')
            ? $"ssh://{remote[..colon]}/{remote[(colon + 1)..].TrimStart('/')}" : remote;
        return Uri.TryCreate(url, UriKind.Absolute, out var uri) ? uri : null;
    }

    /// <summary>True if both URLs are of one repository, even with different protocols.</summary>
    public static bool IsSame(string one, string other) => Place(one) is { } place && place == Place(other);

    private static string? Place(string address) => ForFlux(address) is { } url && new Uri(url) is var uri
        ? $"{uri.Host}{uri.AbsolutePath}".ToLowerInvariant().TrimEnd('/') is var place && place.EndsWith(".git", StringComparison.Ordinal)
            ? place[..^".git".Length] : place
        : null;

    private static GitFolder Read(string root)
    {
        var own = Path.Combine(root, ".git");
        // In a worktree or a submodule, .git is a file that names the folder; a worktree shares all but its HEAD.
        if (File.Exists(own) && Text(own) is { } link && link.StartsWith("gitdir:", StringComparison.Ordinal))
        {
            own = Path.Combine(root, link["gitdir:".Length..].Trim());
        }

        var common = Text(Path.Combine(own, "commondir")) is { } shared ? Path.Combine(own, shared.Trim()) : own;
        var head = Target(Path.Combine(own, "HEAD"), Heads);
        var config = (Text(Path.Combine(common, "config")) ?? "").Split('\n').Select(line => line.Trim()).ToArray();
        var (urls, fetches) = (Values(config, "url"), Values(config, "fetch"));
        var first = urls.Select(url => url.Remote).FirstOrDefault(Origin);
        return new GitFolder
        {
            Root = root,
            Branch = Target(Path.Combine(common, Remotes + first, "HEAD"), $"{Remotes}{first}/") ?? head,
            Branches = [.. Known(common, [.. urls.Select(url => url.Remote)]), .. head is null ? Array.Empty<string>() : [head]],
            Urls = [.. urls.Select(url => url.Value)],
            IsWhole = !File.Exists(Path.Combine(common, "shallow"))
                && urls.All(url => fetches.Any(fetch => fetch.Remote == url.Remote && fetch.Value.Contains(Heads + "*:"))),
        };
    }

    /// <summary>A key's values from all remotes, those of origin first.</summary>
    private static (string Remote, string Value)[] Values(string[] config, string key)
    {
        var (found, remote) = (new List<(string Remote, string Value)>(), "");
        foreach (var line in config)
        {
            if (line.StartsWith('['))
            {
                remote = line.StartsWith("[remote \"", StringComparison.OrdinalIgnoreCase) ? line.Split('"')[1] : "";
            }
            else if (remote.Length > 0 && line.Split('=', 2, StringSplitOptions.TrimEntries) is [var name, var value]
                && name.Equals(key, StringComparison.OrdinalIgnoreCase))
            {
                found.Add((remote, Plain(value)));
            }
        }

        return [.. found.OrderBy(pair => pair.Remote != Origin)];
    }

    /// <summary>A value without quotes and without a trailing comment.</summary>
    private static string Plain(string value)
    {
        var (text, isQuoted) = (new StringBuilder(), false);
        for (var index = 0; index < value.Length && (isQuoted || value[index] is not ('#' or ';')); index++)
        {
            if (value[index] == '"')
            {
                isQuoted = !isQuoted;
            }
            else
            {
                // A backslash escapes the next character.
                index += value[index] == '\\' && index + 1 < value.Length ? 1 : 0;
                text.Append(value[index]);
            }
        }

        return text.ToString().TrimEnd();
    }

    private static IEnumerable<string> Known(string common, string[] remotes)
    {
        var packed = (Text(Path.Combine(common, "packed-refs")) ?? "").Split('\n')
            .Select(line => line.Trim().Split(' ')).Where(words => words.Length == 2).Select(words => words[1]);
        var refs = Path.Combine(common, "refs");
        var loose = !Directory.Exists(refs) ? []
            : Directory.EnumerateFiles(refs, "*", SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(common, file).Replace('\\', '/'));
        return packed.Concat(loose).SelectMany(name => remotes.Select(remote => $"{Remotes}{remote}/").Append(Heads)
                .Where(prefix => name.StartsWith(prefix, StringComparison.Ordinal)).Select(prefix => name[prefix.Length..]))
            .Where(name => name != "HEAD");
    }

    /// <summary>The branch of a symbolic reference; null for another file, or none.</summary>
    private static string? Target(string file, string prefix) => Text(file)?.Trim() is { } text
        && text.StartsWith("ref: " + prefix, StringComparison.Ordinal) && text["ref: ".Length..][prefix.Length..] is var name
        // Repositories of the format reftable have these values.
        && name is not ("" or ".invalid") ? name : null;

    private static string? Text(string file) =>
        new FileInfo(file) is { Exists: true, Length: <= LargestFile } && !SpecialFile.Is(file, followLinks: true)
            ? File.ReadAllText(file) : null;
}
