namespace PlatformGitOps.Generator.Tests.Lint;

/// <summary>
/// The hand edits in fixtures/lint: a rule, what the edit is about, and the edit, of which <see cref="LintFixture"/> says what it does. A
/// file is named by a word, by its name in the folder of CoreDNS, or by its path.
/// </summary>
internal static class LintCases
{
    private static readonly string CoreDns = LintFixture.Folder.Replace("kustomization.yaml", "");

    private static readonly ImmutableDictionary<string, string> Words = new Dictionary<string, string>
    {
        ["release"] = LintFixture.Release,
        ["settings"] = "kubernetes/clusters/infra/cluster-settings.yaml",
        ["layer"] = "kubernetes/clusters/infra/coredns.yaml",
        ["root"] = "kubernetes/clusters/infra/kustomization.yaml",
        ["folder"] = LintFixture.Folder,
        ["alerts"] = $"{CoreDns}prometheusrule.yaml",
        ["budget"] = $"{CoreDns}poddisruptionbudget.yaml",
    }.ToImmutableDictionary();

    /// <summary>The cases of a file in fixtures/lint.</summary>
    public static IEnumerable<LintFixture> Of(string name)
    {
        var file = $"fixtures/lint/{name}.yaml";
        return Read(file, File.ReadAllText(RepositoryRoot.File("generator", "tests", file)));
    }

    /// <exception cref="InvalidDataException">A case has a key or a value that nothing reads.</exception>
    public static IEnumerable<LintFixture> Read(string file, string text) =>
        from rule in DataFile.Read(file, text)
        from about in As<Mapping>(rule)
        select Case(rule.Key, about);

    private static LintFixture Case(string rule, Entry about)
    {
        var fixture = As<Mapping>(about).Aggregate(new LintFixture(rule, about.Key) { Place = Place(about) }, (fixture, entry) =>
            entry.Key switch
            {
                "says" => fixture with { Says = Text(entry) },
                "where" => fixture with { Where = FileOf(entry, Text(entry)) },
                "also" => fixture with { Also = [.. As<Sequence>(entry).Items.Select(item => Text(entry with { Value = item }))] },
                "scaled" => fixture with { Scaled = bool.Parse(Text(entry)) },
                "strict" => fixture with { Strict = bool.Parse(Text(entry)) },
                "edit" => Items(entry).Aggregate(fixture, Edit),
                "values" => fixture.AddValues(YamlWriter.WriteFragment(As<Mapping>(entry))),
                "patch" => As<Mapping>(entry).Aggregate(fixture, (fixture, patch) => fixture.Patch(patch.Key, Json(patch.Value))),
                "merge" => fixture.Patch(null, Json(entry.Value)),
                "images" => fixture.Images(As<Mapping>(entry)),
                "add" => As<Mapping>(entry).Aggregate(fixture, (fixture, added) =>
                    fixture.Add(FileOf(added, added.Key), Content(added))),
                "apply" => As<Mapping>(entry).Aggregate(fixture, (fixture, added) => fixture.Apply(added.Key, Content(added))),
                "primary" => As<Mapping>(entry).Aggregate(fixture, (fixture, added) => fixture
                    .Add($"substrate/main/dns/primary/{added.Key}", Text(added))
                    .Add($"substrate/main/dns/secondary/{added.Key}", "# The same host's other half.\n")),
                _ => throw Unread(entry),
            });
        return fixture.HasEdits ? fixture : throw Unread(about);
    }

    private static LintFixture Edit(LintFixture fixture, Entry edit)
    {
        var body = As<Mapping>(edit);
        return body.FirstOrDefault(entry => entry.Key is not ("file" or "old" or "new")) is { } unread ? throw Unread(unread)
            : body.TextAt("old") is { } old && body.TextAt("new") is { } now
                ? fixture.Edit(FileOf(edit, body.TextAt("file") ?? "release"), old, now)
                : throw Unread(edit);
    }

    private static string FileOf(Entry entry, string name) => Words.GetValueOrDefault(name)
        ?? (name.Contains('/') ? name
            : name.Contains('.') ? CoreDns + name
            : throw Unread(entry));

    /// <summary>A file's text, or the objects in it.</summary>
    private static string Content(Entry entry) =>
        entry.Value is Scalar text ? text.Value : string.Join("---\n", Items(entry).Select(item => Json(item.Value) + "\n"));

    private static IEnumerable<Entry> Items(Entry entry) =>
        entry.Value is Sequence list ? list.Items.Select(item => entry with { Value = item }) : [entry];

    private static string Json(Node node) => node.ToJson()!.ToJsonString();

    private static string Text(Entry entry) => As<Scalar>(entry).Value;

    private static T As<T>(Entry entry)
        where T : Node => entry.Value as T ?? throw Unread(entry);

    private static string Place(Entry entry) => $"{entry.Value.File}:{entry.KeyPosition.Line}";

    private static InvalidDataException Unread(Entry entry) => new($"{Place(entry)}: LintCases does not read this '{entry.Key}'.");
}
