using static PlatformGitOps.Acceptance.Criteria.Substrate.ExpectedRecords;
using static PlatformGitOps.Acceptance.Criteria.Substrate.HostAssertions;
using static PlatformGitOps.Acceptance.Criteria.Substrate.HostSabotage;
using static PlatformGitOps.Acceptance.Criteria.Substrate.KubernetesParts;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

/// <summary>Restores everything after all hosts were emptied.</summary>
[ChecksOf(typeof(SubstrateCriterion))]
[Check(EverythingId, "A substrate and its cluster come back from their snapshots after every host was emptied",
    "each record, object and key; in minutes", Needs = Feature.Substrate)]
public static class FullRestore
{
    internal const string EverythingId = "Substrate.41";

    /// <summary>The guide's limit is hours.</summary>
    private static readonly TimeSpan Restored = TimeSpan.FromMinutes(5);

    internal static IReadOnlyList<HostSabotage> HostSabotages =>
    [
        Of("a snapshot whose contents nobody reads", EverythingId, "another snapshot's contents are restored", "scripts/k8s-backup.sh",
            "[ \"$found\" != \"$(cat \"$snap/contents\")\" ]", "false"),
        Of("a snapshot without the key for Secrets", EverythingId, "is not as it was", "scripts/k8s-backup.sh",
            "(cd \"$pki\" && tar -cf - .)", "(cd \"$pki\" && tar --exclude=encryption.yaml -cf - .)"),
        Of("etcd restored from nothing", EverythingId, "another snapshot's contents are restored", "scripts/k8s-backup.sh",
            "tool snapshot restore \"$snap/etcd.db\" \"$@\" >\"$work/log\" 2>&1", "mkdir -p \"$2\""),
    ];

    [HostCheck(EverythingId,
        "every file of every host deleted, then the commands of 'Everything lost' in docs/substrate.md: dig for each record, every key of "
            + "etcd, the objects of the API server, and each file below the folders of keys; the time that it took")]
    public static async Task EverythingIsRestored(KubernetesHosts hosts, CancellationToken cancellationToken)
    {
        KubernetesHosts.Need("kube-apiserver", "kube-controller-manager", "kube-scheduler", "etcd", "etcdctl", "curl");
        await using var pair = await SubstratePair.OfHosts(hosts, cancellationToken);
        await hosts.StartControlPlane(cancellationToken);
        var admin = hosts.Own("admin");
        var (name, key) = ($"myapp.{pair.Child}", await pair.ChildKey(cancellationToken));
        (await pair.Update(pair.Child, key, cancellationToken, $"update add {name}. 60 A 192.0.2.9")).ExitCode.ShouldBe(0);
        foreach (var (kind, field) in new[] { ("configmaps", "data"), ("secrets", "stringData") })
        {
            foreach (var number in Enumerable.Range(0, 10))
            {
                (await hosts.Ask(admin, $"{Namespaces}/{kind}", cancellationToken, "-H", "Content-Type: application/json", "-d",
                    $$"""{"metadata": {"name": "item-{{number}}"}, "{{field}}": {"number": "{{number}}"} }""")).Status.ShouldBe("201");
            }
        }

        var (objects, keys, files) = (await Objects(hosts, cancellationToken), await EtcdKeys(hosts, cancellationToken),
            Unmakeable(hosts, pair));
        objects.Count.ShouldBe(20);
        keys.Count.ShouldBeGreaterThan(100);
        files.Count.ShouldBeGreaterThan(15);

        var copies = Path.Combine(hosts.Folder, "copies");
        var keyFile = await SnapshotKey(hosts.Folder, cancellationToken);
        string[] kubernetes = ["--to", Path.Combine(copies, "kubernetes"), "--key", keyFile];
        await hosts.Succeeds("k8s-backup.sh", Store, cancellationToken, ["create", "--name", "NAME", .. kubernetes]);
        await pair.Succeeds("backup.sh", "primary", cancellationToken, "create", "--name", "NAME", "--to", Path.Combine(copies, "dns"),
            "--key", keyFile);
        await RefusesOtherContents(hosts, copies, keyFile, cancellationToken);

        await Empty(hosts, pair, cancellationToken);
        foreach (var root in new[] { pair.Root("primary"), hosts.Root(Store) })
        {
            Directory.CreateDirectory(Path.Combine(root, "etc"));
            File.Copy(keyFile, Path.Combine(root, "etc/globular-dns-backup.key"));
        }

        var since = TimeProvider.System.GetTimestamp();
        await Follow(hosts, pair, copies, cancellationToken);
        await Eventually.Within(TimeSpan.FromSeconds(60), async token =>
            (await Objects(hosts, token)).ShouldBe(objects, "an object is not as it was"), "the API server answers", cancellationToken);
        var taken = TimeProvider.System.GetElapsedTime(since);

        foreach (var (owner, type, data) in Expected(pair).Append((name, "A", ["192.0.2.9"])))
        {
            await pair.AtBoth(owner, type, data, cancellationToken);
        }

        (await pair.Update(pair.Child, key, cancellationToken, $"update delete {name}. A")).ExitCode.ShouldBe(0, "the program's key");
        keys.Except(await EtcdKeys(hosts, cancellationToken)).ShouldBeEmpty("a key of etcd is not as it was");
        var now = Unmakeable(hosts, pair);
        foreach (var (file, text) in files)
        {
            now.GetValueOrDefault(file).ShouldBe(text, $"{file} is not as it was");
        }

        await hosts.Succeeds("k8s-health.sh", Store, cancellationToken);
        await hosts.Succeeds("k8s-health.sh", Front, cancellationToken);
        await pair.Verified("primary", cancellationToken);
        await pair.Verified("secondary", cancellationToken);
        taken.ShouldBeLessThan(Restored * SuiteSettings.Current.BudgetScale, "the time of a full restore");
        TestContext.Out.WriteLine($"A full restore took {taken.TotalSeconds:F0} s: {keys.Count} keys of etcd, {files.Count} keys and CAs.");
    }

    /// <summary>The contents of etcd, without keys that an API server or a manager renews itself.</summary>
    private static async Task<IReadOnlyCollection<string>> EtcdKeys(KubernetesHosts hosts, CancellationToken cancellationToken)
    {
        var all = await hosts.Etcdctl(hosts.Tls("etcd-client"), cancellationToken, "get", "/registry", "--prefix", "--keys-only");
        all.ShouldSucceed();
        return [.. Lines(all.StandardOutput).Where(line => !Regex.IsMatch(line, "^/registry/(events|leases|masterleases)/"))];
    }

    /// <summary>Keys, CAs and random values, which cannot be created again.</summary>
    private static Dictionary<string, string> Unmakeable(KubernetesHosts hosts, SubstratePair pair) =>
        new[] { hosts.Pki(""), pair.In("primary", $"{pair.Etc}/keys"), pair.In("secondary", $"{pair.Etc}/keys") }
            .Where(Directory.Exists).SelectMany(Directory.GetFiles)
            .ToDictionary(file => file, file => $"{File.GetUnixFileMode(file)}\n{File.ReadAllText(file)}");

    /// <summary>A snapshot with another etcd and correct checksums: anyone with the key can make it, and so can a fault.</summary>
    private static async Task RefusesOtherContents(
        KubernetesHosts hosts, string copies, string keyFile, CancellationToken cancellationToken)
    {
        (await hosts.Etcdctl(hosts.Tls("etcd-client"), cancellationToken, "put", "/acceptance", "later")).ShouldSucceed();
        string[] where = ["--to", Path.Combine(copies, "kubernetes"), "--key", keyFile];
        await hosts.Succeeds("k8s-backup.sh", Store, cancellationToken, ["create", "--name", "later", .. where]);
        (await LocalProgram.Run("sh", ["-euc", """
            cd "$1"
            open() { mkdir "$2" && openssl enc -d -aes-256-cbc -pbkdf2 -iter 300000 -pass "file:$3" <"$1.snapshot" | tar -C "$2" -xzf -; }
            open NAME .one "$2"
            open later .two "$2"
            cp .two/etcd.db .one/etcd.db
            (cd .one && find what contents etcd.db pki -type f -exec sha256sum {} + >sums)
            tar -C .one -czf - . | openssl enc -aes-256-cbc -pbkdf2 -iter 300000 -pass "file:$2" -salt >mixed.snapshot
            rm -rf .one .two
            """, "sh", where[1], keyFile], cancellationToken)).ShouldSucceed();
        (await hosts.Script("k8s-backup.sh", Store, cancellationToken, ["verify", "--snapshot", "mixed", .. where])).StandardOutput
            .ShouldContain("are not those with which it was made", customMessage: "another snapshot's contents are restored");
        (await hosts.Script("k8s-backup.sh", Store, cancellationToken, ["list", .. where])).StandardOutput.ShouldContain("mixed");
        await hosts.Succeeds("k8s-backup.sh", Store, cancellationToken, ["verify", "--snapshot", "NAME", .. where]);
        (await hosts.Etcdctl(hosts.Tls("etcd-client"), cancellationToken, "del", "/acceptance")).ShouldSucceed();
    }

    /// <summary>Ends all services at once, and removes all files.</summary>
    private static async Task Empty(KubernetesHosts hosts, SubstratePair pair, CancellationToken cancellationToken)
    {
        foreach (var unit in new[] { "kube-scheduler", "kube-controller-manager", "kube-apiserver" })
        {
            await hosts.Service(Front, "kill", $"{unit}.service", cancellationToken);
        }

        await hosts.Service(Store, "kill", "globular-etcd.service", cancellationToken);
        foreach (var role in new[] { "primary", "secondary" })
        {
            await pair.Service(role, "kill", cancellationToken);
        }

        foreach (var root in new[] { pair.Root("primary"), pair.Root("secondary"), hosts.Root(Store), hosts.Root(Front) })
        {
            Directory.Delete(root, recursive: true);
            Directory.CreateDirectory(root);
        }

        File.Delete(Path.Combine(hosts.Folder, "cas"));
        // Snapshots do not contain the programs' sources.
        foreach (var program in new[] { "kube-apiserver", "kube-controller-manager", "kube-scheduler" })
        {
            hosts.Place(Front, program, LocalProgram.Find(program)!);
        }
    }

    /// <summary>The commands of the runbook, in order.</summary>
    private static async Task Follow(KubernetesHosts hosts, SubstratePair pair, string copies, CancellationToken cancellationToken)
    {
        var page = await File.ReadAllTextAsync(Path.Combine(Repository.Product, "docs", "substrate.md"), cancellationToken);
        foreach (var (host, words) in RestoreRunbook.Read(page))
        {
            string Here(string word) => word.StartsWith("/mnt/copies", StringComparison.Ordinal)
                ? copies + word["/mnt/copies".Length..] : Path.Combine(hosts.Folder, word);
            if (words[0] == "scp")
            {
                var (from, path) = words[1].Split(':') is [var source, var file] ? (source, file) : throw new FormatException(words[1]);
                if (path.StartsWith('/'))
                {
                    File.Copy(pair.In(RoleOf(pair, from), path), Path.Combine(hosts.Folder, Path.GetFileName(path)));
                }

                continue;
            }

            var arguments = words[2..].Select((word, index) => words[index + 1] is "--to" or "--transfer-key" or "--export" or "--import"
                ? Here(word) : word).ToArray();
            var ran = words[1].Contains("/dns/")
                ? await pair.Script(Path.GetFileName(words[1]), RoleOf(pair, host), cancellationToken,
                    words[1].EndsWith("/install.sh", StringComparison.Ordinal) ? ["--role", RoleOf(pair, host), .. arguments] : arguments)
                : await hosts.Script(Path.GetFileName(words[1]), host, cancellationToken, arguments);
            ran.ExitCode.ShouldBe(0, $"{string.Join(' ', words)} on {host} is not as it was: {ran.StandardOutput}{ran.StandardError}");
        }
    }

    private static string RoleOf(SubstratePair pair, string host) =>
        host == pair.Settings.Primary.Name.Text ? "primary" : host == pair.Settings.Secondary.Name.Text ? "secondary"
            : throw new FormatException($"{host} is not a host of the names");
}
