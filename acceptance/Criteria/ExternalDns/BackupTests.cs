namespace PlatformGitOps.Acceptance.Criteria.ExternalDns;

/// <summary>
/// <c>backup</c> and <c>restore</c> with real authoritative servers and a stand-in for kubectl, which prints objects from files
/// (docs/backup.md). Skipped without one of the programs.
/// </summary>
[Category("ExternalDns")]
internal sealed class BackupTests
{
    private const string Owner = "\"heritage=external-dns,external-dns/owner=infra,external-dns/resource=service/default/one\"";
    private const string OtherOwner = "\"heritage=external-dns,external-dns/owner=apps,external-dns/resource=service/default/one\"";

    /// <summary>Records of External-DNS in a cluster <c>infra</c>.</summary>
    private const string Owned = $"""
        alias.{ZoneServer.Zone}. 60 IN CNAME target.example.net.
        cname-alias.{ZoneServer.Zone}. 60 IN TXT {Owner}
        a-one.{ZoneServer.Zone}. 60 IN TXT {Owner}
        one.{ZoneServer.Zone}. 60 IN A 192.0.2.1
        one.{ZoneServer.Zone}. 60 IN A 192.0.2.2
        aaaa-six.{ZoneServer.Zone}. 60 IN TXT {Owner}
        six.{ZoneServer.Zone}. 60 IN AAAA 2001:db8::1
        """;

    private string folder = null!;
    private ZoneServer server = null!;

    private string Backup => In("backup");

    [TearDown]
    public void StopTheServer()
    {
        server?.Dispose();
        if (folder is not null)
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <param name="kind">The kind of <see cref="ZoneServer"/>.</param>
    private async Task Start(string kind)
    {
        LocalProgram.Need(ZoneServer.ProgramOf(kind), "kdig", "knsupdate");
        folder = Directory.CreateTempSubdirectory("acceptance-backup-").FullName;
        server = ZoneServer.Of(kind);
        await server.Start(LocalProgram.Find(ZoneServer.ProgramOf(kind))!, CancellationToken.None);
        await File.WriteAllTextAsync(In("secret"), server.Secret + "\n");
        await File.WriteAllTextAsync(In("platform.yaml"), $$"""
            repository: { url: https://github.com/example/platform.git }
            clusters:
              - name: infra
                network: { pods: 10.244.0.0/16, services: 10.245.0.0/16 }
                externalDns:
                  instances:
                    - { name: own, provider: rfc2136, policy: sync, domainFilters: [{{ZoneServer.Zone}}],
                        rfc2136: { host: 127.0.0.1, port: {{server.Port}}, keyName: {{ZoneServer.KeyName}} } }

            """);
        Program("kubectl", """cat "$(dirname "$0")/$2.json" 2>/dev/null || echo '{"items": []}'""");
        // The real kdig, in a script that records what other users of the machine can see of it.
        Program("kdig", $"""echo "$*" >> "$(dirname "$0")/seen"; env >> "$(dirname "$0")/seen"; exec {LocalProgram.Find("kdig")} "$@" """);
        await Update(Additions(Owned));
        ObjectsAreThere();
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_backup_holds_what_the_cluster_owns_and_is_the_same_text_every_time(CancellationToken token)
    {
        await Start("Knot");
        (await Run(token, "backup", Backup, "--tsig-file", In("secret"))).ExitCode.ShouldBe(0);
        var first = Contents();
        (await Run(token, "backup", Backup, "--tsig-file", In("secret"))).ExitCode.ShouldBe(0);

        Contents().ShouldBe(first, ignoreOrder: true);
        var zone = await File.ReadAllLinesAsync(Path.Combine(Backup, "zones", "own", $"{ZoneServer.Zone}.zone"), token);
        zone.Where(line => !line.StartsWith(';')).ShouldBe(Owned.Split('\n'), ignoreOrder: true);
        first.ShouldAllBe(file => !file.Text.Contains(server.Secret));
        (await File.ReadAllTextAsync(In("seen"), token)).ShouldNotContain(server.Secret, Case.Sensitive, "in the arguments of kdig");
        foreach (var path in Directory.EnumerateFileSystemEntries(Backup, "*", SearchOption.AllDirectories).Append(Backup))
        {
            (File.GetUnixFileMode(path) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute))
                .ShouldBe(UnixFileMode.None, path);
        }
    }

    [TestCase("Knot")]
    [TestCase("Bind")]
    [CancelAfter(60_000)]
    public async Task What_is_missing_foreign_or_of_another_owner_is_named_and_is_back_after_the_steps_of_the_page(
        string kind, CancellationToken token)
    {
        await Start(kind);
        (await Run(token, "backup", Backup, "--tsig-file", In("secret"))).ExitCode.ShouldBe(0);
        (await Check(token)).ExitCode.ShouldBe(0);

        File.Delete(In("services.json"));
        await Update(Deletions(Owned));
        var emptied = await Check(token);
        emptied.ExitCode.ShouldBe(1);
        emptied.StandardOutput.ShouldContain("kube-dns does not exist");
        emptied.StandardOutput.ShouldContain("Service default/one is not in the cluster");
        emptied.StandardOutput.ShouldContain("restore-record-missing");

        var strangers = $"""
            one.{ZoneServer.Zone}. 60 IN A 192.0.2.77
            alias.{ZoneServer.Zone}. 60 IN CNAME target.example.net.
            cname-alias.{ZoneServer.Zone}. 60 IN TXT {OtherOwner}
            """;
        await Update(Additions(strangers));
        var taken = await Check(token);
        taken.ExitCode.ShouldBe(3);
        taken.StandardOutput.ShouldContain($"restore-record-foreign: one.{ZoneServer.Zone}. A");
        taken.StandardOutput.ShouldContain($"restore-record-owner: alias.{ZoneServer.Zone}. CNAME belongs to 'apps'");
        taken.StandardOutput.ShouldContain($"restore-record-missing: six.{ZoneServer.Zone}. AAAA");

        await Update(Deletions(strangers));
        await Update(Additions(await File.ReadAllTextAsync(Path.Combine(Backup, "zones", "own", $"{ZoneServer.Zone}.zone"), token)));
        ObjectsAreThere();
        var back = await Check(token);
        back.StandardOutput.ShouldContain("As in the backup: 1 objects, 4 records. Missing: 0 objects, 0 names");
        back.ExitCode.ShouldBe(0);
        (await server.Ask($"one.{ZoneServer.Zone}", RecordType.A, token)).Count.ShouldBe(2);
    }

    [TestCase("Knot")]
    [TestCase("Bind")]
    [CancelAfter(60_000)]
    public async Task The_commands_of_the_page_write_a_zone_of_a_thousand_names(string kind, CancellationToken token)
    {
        await Start(kind);
        const string Shown = "dns-backup/zones/substrate/apps.globular.internal.zone";
        const int Names = 1000;
        string[] names = [.. Enumerable.Range(0, Names).Select(number => $"service-{number:0000}.{ZoneServer.Zone}")];
        await File.WriteAllLinesAsync(In("many.zone"), names.SelectMany(name => new[]
        {
            $"{name}. 60 IN A 192.0.2.1", $"a-{name}. 60 IN TXT {Owner}",
        }).Prepend("; of cluster infra"), token);
        var page = await File.ReadAllTextAsync(Path.Combine(Repository.Product, "docs", "backup.md"), token);
        var commands = page.Split("```").Single(block => block.Contains(Shown) && block.Contains("knsupdate")).Trim()
            .Replace("192.168.10.5", $"127.0.0.1 {server.Port.ToString(CultureInfo.InvariantCulture)}")
            .Replace(Shown, In("many.zone"))
            .Replace("apps.globular.internal", ZoneServer.Zone)
            .Replace("update.key", In("update.key"));

        var written = await LocalProgram.Run("bash", ["-e", "-o", "pipefail", "-c", commands], token);

        written.ExitCode.ShouldBe(0, written.StandardOutput + written.StandardError);
        foreach (var name in new[] { names[0], names[Names / 2], names[^1] })
        {
            (await server.Ask(name, RecordType.A, token)).Single().Text.ShouldBe("192.0.2.1", name);
        }

        (await Run(token, "backup", Backup, "--tsig-file", In("secret"))).ExitCode.ShouldBe(0);
        (await File.ReadAllLinesAsync(Path.Combine(Backup, "zones", "own", $"{ZoneServer.Zone}.zone"), token))
            .Count(line => line.StartsWith("service-", StringComparison.Ordinal)).ShouldBe(Names);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_wrong_key_another_cluster_and_a_folder_with_other_files_are_refused(CancellationToken token)
    {
        await Start("Knot");
        var wrong = Convert.ToBase64String(new byte[32]);
        await File.WriteAllTextAsync(In("wrong"), wrong, token);
        var run = await Run(token, "backup", In("none"), "--tsig-file", In("wrong"));
        run.ExitCode.ShouldBe(2);
        run.StandardError.ShouldContain($"does not hand over the zone '{ZoneServer.Zone}'");
        run.StandardError.ShouldContain("to transfer the zone");
        (run.StandardError + run.StandardOutput).ShouldNotContain(wrong);

        (await Run(token, "backup", folder, "--tsig-file", In("secret"))).ExitCode.ShouldBe(3);

        await File.WriteAllTextAsync(In("services.json"), KubeDns("10.96.0.10"), token);
        var other = await Run(token, "backup", In("none"), "--tsig-file", In("secret"));
        other.ExitCode.ShouldBe(2);
        other.StandardError.ShouldContain("has the address 10.96.0.10, and cluster infra of the definition has 10.245.0.10");
        Directory.Exists(In("none")).ShouldBeFalse();

        // The same kubectl for another command: kube-dns with another address cannot be taken over.
        var takeover = await Run(token, "takeover", "--check", "--output", "json");
        takeover.ExitCode.ShouldBe(3);
        var finding = JsonNode.Parse(takeover.StandardOutput)!["findings"]!.AsArray()[0]!;
        ((string)finding["rule"]!).ShouldBe("takeover-address");
        Path.GetFullPath((string)finding["file"]!).ShouldBe(In("platform.yaml"));
    }

    private string In(string name) => Path.Combine(folder, name);

    private void Program(string name, string script)
    {
        File.WriteAllText(In(name), $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(In(name), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private void ObjectsAreThere() => File.WriteAllText(In("services.json"), KubeDns("10.245.0.10"));

    private static string KubeDns(string address) => $$$"""
        {"items": [
          {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "kube-dns", "namespace": "kube-system"},
           "spec": {"clusterIP": "{{{address}}}"}},
          {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "one", "namespace": "default", "uid": "1", "annotations":
            {"external-dns.alpha.kubernetes.io/hostname": "one.{{{ZoneServer.Zone}}}"}}, "spec": {"type": "LoadBalancer"}}
        ]}
        """;

    private Task<BufferedCommandResult> Check(CancellationToken token) =>
        Run(token, "restore", Backup, "--check", "--tsig-file", In("secret"));

    private Task<BufferedCommandResult> Run(CancellationToken token, params IReadOnlyList<string> arguments) =>
        GeneratorProgram.Run(folder, arguments, token);

    private IReadOnlyList<(string Path, string Text)> Contents() =>
        [.. Directory.GetFiles(Backup, "*", SearchOption.AllDirectories).Select(path => (path, File.ReadAllText(path)))];

    private static IEnumerable<string> Additions(string records) =>
        records.Split('\n').Where(line => line.Length > 0 && line[0] != ';').Select(line => $"update add {line}");

    private static IEnumerable<string> Deletions(string records) => records.Split('\n')
        .Select(line => line.Split(' ')).Select(words => $"update delete {words[0]} {words[3]}").Distinct();

    private async Task Update(IEnumerable<string> lines)
    {
        await File.WriteAllTextAsync(In("update.key"), $"hmac-sha256:{ZoneServer.KeyName}:{server.Secret}\n");
        var script = $"server 127.0.0.1 {server.Port.ToString(CultureInfo.InvariantCulture)}\nzone {ZoneServer.Zone}.\n"
            + $"{string.Join('\n', lines)}\nsend\n";
        await Cli.Wrap(LocalProgram.Find("knsupdate")!).WithArguments(["-k", In("update.key")])
            .WithStandardInputPipe(PipeSource.FromString(script)).ExecuteBufferedAsync();
    }
}
