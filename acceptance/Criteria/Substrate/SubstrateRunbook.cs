namespace PlatformGitOps.Acceptance.Criteria.Substrate;

/// <summary>The commands of docs/substrate.md: each block with the language sh, its heading, and the hosts in its first line.</summary>
internal static partial class SubstrateRunbook
{
    public sealed record Block(string Title, IReadOnlyList<string> Hosts, string Script);

    private static readonly Lazy<string> Page = new(() =>
        File.ReadAllText(Path.Combine(Repository.Root, "docs", "substrate.md")).ReplaceLineEndings("\n"));

    public static IReadOnlyList<Block> Blocks { get; } = [.. Read(Page.Value)];

    /// <summary>Blocks of other languages or none: pictures, definitions, files.</summary>
    public static IReadOnlyList<string> Others => [.. Fence().Matches(Page.Value).Where(block => block.Groups["language"].Value != "sh")
        .Select(block => block.Groups["text"].Value)];

    public static Block Of(string title) => Blocks.Single(block => block.Title == title);

    public static IEnumerable<Block> Read(string page) =>
        from Match fence in Fence().Matches(page)
        where fence.Groups["language"].Value == "sh"
        let text = fence.Groups["text"].Value
        select new Block(
            Heading().Matches(page[..fence.Index])[^1].Groups[1].Value,
            [.. Host().Matches(text.Split('\n')[0]).Select(host => host.Value)],
            text);

    [GeneratedRegex("^```(?<language>[a-z]*)\n(?<text>.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Fence();

    [GeneratedRegex("^##+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"\b(dns|cp)-\d\b")]
    private static partial Regex Host();
}

/// <summary>The commands in 'Everything lost' of docs/substrate.md, each with its host.</summary>
internal static partial class RestoreRunbook
{
    public static IReadOnlyList<(string Host, string[] Words)> Read(string page)
    {
        var block = Section().Match(page).Groups[1].Value;
        var lines = block.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.ShouldNotBeEmpty("docs/substrate.md has no commands for 'Everything lost'");
        return [.. lines.Select(line => Command().Match(line)).Select(line =>
        {
            line.Success.ShouldBeTrue("a line of 'Everything lost' does not end with its host");
            return (line.Groups[2].Value, line.Groups[1].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        })];
    }

    [GeneratedRegex(@"^## Everything lost\n[^`]*(?:`[^`\n]+`[^`]*)*```sh\n(.*?)```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Section();

    [GeneratedRegex(@"^((?:sh|scp) .*?) +# on ([a-z0-9-]+)$")]
    private static partial Regex Command();
}

/// <summary>
/// The commands of docs/substrate.md, in the order of days 0 to 2, on two hosts with real servers. The hosts are folders here, so sudo,
/// scp, sh and dig are programs that run a command in its host's folder, with its address and port; apt-get compares the packages.
/// </summary>
[Parallelizable(ParallelScope.Self | ParallelScope.Children)]
[Platform("Linux", Reason = "the servers are Debian's")]
public sealed class SubstrateRunbookTests
{
    private static readonly string[] Here =
    [
        "Install the primary", "Install the secondary", "Day 1: use", "Bring the tree's changes", "Changing the transfer key",
        "Make a snapshot", "Restore a snapshot",
    ];

    private static readonly Dictionary<string, string> Elsewhere = new()
    {
        ["Seeing zones and records"] = "Substrate.24 sends these requests, where socat is",
        ["Install a control plane"] = "Substrate.47 runs it on a host with systemd",
        ["Renew a certificate now"] = "Substrate.47 runs it on a host with systemd",
        ["Everything lost"] = $"{FullRestore.EverythingId} runs it, on the hosts of DNS and of Kubernetes",
        ["Keep the objects"] = "Substrate.47 runs it on a host with systemd",
    };

    private static readonly Lazy<RenderedCluster> Tree = new(() => RenderedCluster.From(StorySample.Substrates, "knot"));

    [Test]
    public void Each_block_of_commands_is_run_or_marked_as_run_elsewhere()
    {
        SubstrateRunbook.Blocks.Select(block => block.Title).ShouldBe(Here.Concat(Elsewhere.Keys), ignoreOrder: true);
        foreach (var other in SubstrateRunbook.Others)
        {
            Regex.IsMatch(other, "^(sudo|sh|curl|apt-get|openssl|dig|scp|systemctl) ", RegexOptions.Multiline).ShouldBeFalse(
                $"a block of commands is not of the language sh: {other}");
        }
    }

    [Test]
    [CancelAfter(120_000)]
    [Category("Substrate")]
    public async Task Its_commands_work(CancellationToken cancellationToken)
    {
        await using var pair = await SubstratePair.Prepare(Tree.Value, null, cancellationToken);
        await Shims(pair, cancellationToken);
        foreach (var title in Here[..4])
        {
            (await Run(pair, SubstrateRunbook.Of(title), cancellationToken)).ShouldSucceed();
        }

        var etcd = pair.Settings.Records.Single(record => record.Name.Text == "etcd");
        var day1 = await Run(pair, SubstrateRunbook.Of("Day 1: use"), cancellationToken);
        day1.StandardOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .ShouldBe([pair.Here(etcd.Addresses[0].ToString()), $"0 0 2379 etcd.{pair.Zone}."], "what the zone names");

        var former = await pair.Key(pair.Settings.TransferKey, "hmac-sha256", cancellationToken);
        (await Run(pair, SubstrateRunbook.Of("Changing the transfer key"), cancellationToken)).ShouldSucceed();
        (await pair.Key(pair.Settings.TransferKey, "hmac-sha256", cancellationToken)).ShouldNotBe(former);
        (await Run(pair, SubstrateRunbook.Of("Install the secondary"), cancellationToken)).ShouldSucceed();
        (await Run(pair, SubstrateRunbook.Of("Bring the tree's changes"), cancellationToken)).ShouldSucceed();

        var snapshots = await Run(pair, SubstrateRunbook.Of("Make a snapshot"), cancellationToken);
        snapshots.ShouldSucceed();
        snapshots.StandardOutput.ShouldMatch("(?m)^before-the-upgrade  [0-9]+ bytes");
        var (copies, key) = (Path.Combine(pair.Folder, "copies"), File.ReadAllBytes(pair.In("primary", BackupKey)));
        Directory.Move(pair.In("primary", "/var/backups/globular-dns"), copies);
        await pair.Service("primary", "stop", cancellationToken);
        Directory.Delete(pair.Root("primary"), recursive: true);
        Directory.CreateDirectory(pair.In("primary", "/etc"));
        await File.WriteAllBytesAsync(pair.In("primary", BackupKey), key, cancellationToken);
        File.SetUnixFileMode(pair.In("primary", BackupKey), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        (await Run(pair, SubstrateRunbook.Of("Restore a snapshot"), cancellationToken)).ShouldSucceed();
        (await Run(pair, SubstrateRunbook.Of("Bring the tree's changes"), cancellationToken)).ShouldSucceed();
    }

    [TestCase("install.sh", "install.sh --quick")]
    [TestCase("knot-dnsutils", "knot-utils")]
    [CancelAfter(120_000)]
    [Category("Substrate")]
    [Category("Sabotage")]
    public async Task A_wrong_command_is_detected(string part, string wrong, CancellationToken cancellationToken)
    {
        await using var pair = await SubstratePair.Prepare(Tree.Value, null, cancellationToken);
        await Shims(pair, cancellationToken);
        var block = SubstrateRunbook.Of("Install the primary");
        block.Script.ShouldContain(part);
        (await Run(pair, block with { Script = block.Script.Replace(part, wrong) }, cancellationToken))
            .ExitCode.ShouldNotBe(0);
    }

    private const string BackupKey = "/etc/globular-dns-backup.key";

    /// <summary>Runs a block on each of its hosts in turn; the first failure ends it.</summary>
    private static async Task<BufferedCommandResult> Run(
        SubstratePair pair, SubstrateRunbook.Block block, CancellationToken cancellationToken)
    {
        BufferedCommandResult? result = null;
        foreach (var role in block.Hosts.Select(host => host == "dns-1" ? "primary" : "secondary"))
        {
            // Paths that a shell itself opens or deletes; scripts get the folder with --root.
            var script = Regex.Replace(block.Script, "(?<= )/etc/globular-dns", pair.In(role, "/etc/globular-dns"))
                .Replace("/mnt/copies", Path.Combine(pair.Folder, "copies"));
            result = await pair.Bash(role, $"cd '{pair.Folder}/work'\n{script}", Path.Combine(pair.Folder, "shims"), cancellationToken);
            if (result.ExitCode != 0)
            {
                break;
            }
        }

        return result.ShouldNotBeNull("a block names no host");
    }

    private static async Task Shims(SubstratePair pair, CancellationToken cancellationToken)
    {
        var (shims, work) = (Path.Combine(pair.Folder, "shims"), Path.Combine(pair.Folder, "work", "substrate", "main"));
        Directory.CreateDirectory(shims);
        Directory.CreateDirectory(work);
        Directory.CreateSymbolicLink(Path.Combine(work, "dns"), Path.Combine(pair.Folder, "tree"));
        foreach (var (name, text) in new[]
        {
            ("sudo", "exec \"$@\"\n"),
            // Options first, then the packages of the scripts.
            ("apt-get", """
                [ "$1 $2" = "install --no-install-recommends" ] || exit 2
                shift 2
                . "$TREE/scripts/settings.sh"
                printf '%s\n' "$@" | sort >"$TMPDIR/given"
                printf '%s\n' $settings_packages | sort | cmp - "$TMPDIR/given"

                """),
            ("scp", "case $1 in root@dns-1:/*) exec cp \"$PRIMARY_ROOT${1#root@dns-1:}\" \"$2\" ;; *) exit 2 ;; esac\n"),
            ("sh", """
                case $1 in
                    /usr/lib/globular/*) script=$ROOT$1 ;;
                    substrate/*) script=$1 ;;
                    *) exec /bin/sh "$@" ;;
                esac
                shift
                case $script in
                    */dns/scripts/install.sh) exec /bin/sh "$script" --root "$ROOT" --role "$ROLE" "$@" ;;
                    *) exec /bin/sh "$script" --root "$ROOT" "$@" ;;
                esac

                """),
            ("dig", "[ \"$1\" = @dns-1 ] || exec \"$DIG\" \"$@\"\nshift\nexec \"$DIG\" -b \"$CLIENT\" -p \"$PORT\" \"@$PRIMARY\" \"$@\"\n"),
        })
        {
            var file = Path.Combine(shims, name);
            await File.WriteAllTextAsync(file, $"#!/bin/sh\n{text}", cancellationToken);
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }
    }
}
