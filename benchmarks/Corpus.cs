using PlatformGitOps.Generator.Flux;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Benchmarks;

/// <summary>
/// Trees for lint from the files of public repositories, each repository a folder of the source: their Prometheus rules, mutations of
/// these, their manifests, and whole Flux repositories. The rules are written for promtool too, one rule in a file.
/// </summary>
internal sealed class Corpus(string source, string target)
{
    private const string Definition = """
        repository: {url: "https://example.com/corpus.git"}
        clusters:
          - name: corpus
            network: {pods: 10.244.0.0/16, services: 10.245.0.0/16}
            dns: {clusterIP: 10.245.0.10}

        """;

    private readonly HashSet<string> seen = new(StringComparer.Ordinal);
    private int rules;
    private int mutated;
    private int manifests;

    /// <param name="repositories">Whole Flux repositories, each as <c>folder=path of the first Flux Kustomization</c>.</param>
    public void Write(IEnumerable<string> repositories)
    {
        var whole = repositories.Select(repository => repository.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);
        foreach (var folder in Directory.GetDirectories(source).Order(StringComparer.Ordinal))
        {
            var isWhole = whole.TryGetValue(Path.GetFileName(folder), out var entry);
            var tree = SourceTree.OnDisk(folder);
            foreach (var files in tree.FilesBelow("").Where(IsYaml).GroupBy(file => Path.GetDirectoryName(file)!))
            {
                AddFolder(tree, [.. files], manifestsToo: !isWhole);
            }

            if (isWhole)
            {
                Tree($"repository-{Path.GetFileName(folder)}", "corpus", entry!);
                foreach (var file in tree.FilesBelow("")
                    .Where(file => !file.StartsWith("kubernetes/clusters/corpus/", StringComparison.Ordinal)))
                {
                    Save($"repository-{Path.GetFileName(folder)}/{file}", tree.Read(file)!);
                }
            }
        }

        Tree("rules", "corpus", "kubernetes/rules");
        Tree("mutated", "corpus", "kubernetes/rules");
        Console.WriteLine($"{rules} rules, {mutated} mutations, {manifests} manifests, {whole.Count} repositories");
    }

    private static bool IsYaml(string file) =>
        Path.GetExtension(file) is ".yaml" or ".yml" && !file.Contains("/templates/");

    private void AddFolder(SourceTree tree, string[] files, bool manifestsToo)
    {
        var objects = new List<string>();
        foreach (var file in files)
        {
            if (YamlReader.Read(file, tree.Read(file), YamlOptions.Tree) is not { Findings.IsEmpty: true } text)
            {
                continue;
            }

            var documents = text.Documents.OfType<Mapping>().ToArray();
            foreach (var group in documents.SelectMany(body => body.MappingsAt("groups").Concat(body.MappingsAt("spec", "groups")))
                .Where(group => group.MappingsAt("rules").Any()))
            {
                foreach (var rule in group.MappingsAt("rules"))
                {
                    AddRule(group.Set("rules", Sequence.Of(rule)));
                }
            }

            // Objects in the files of a user; a kustomization.yaml, Flux' own objects and rules are looked at elsewhere.
            if (documents.Length > 0 && documents.All(body => new Manifest(body, file) is
                {
                    Name.Length: > 0, ApiVersion.Length: > 0, Kind: not ("" or "PrometheusRule"),
                } resource && !resource.Group.EndsWith(".fluxcd.io", StringComparison.Ordinal)))
            {
                objects.Add(file);
            }
        }

        if (manifestsToo && objects.Count > 0)
        {
            var name = $"folder-{manifests:0000}";
            Tree("manifests", name, $"kubernetes/{name}");
            objects.ForEach(file => Save($"manifests/kubernetes/{name}/{Path.GetFileName(file)}", tree.Read(file)!));
            manifests += objects.Count;
        }
    }

    private void AddRule(Mapping group)
    {
        if (!seen.Add(YamlWriter.WriteFragment(group)))
        {
            return;
        }

        Save("rules", rules, group);
        for (var kind = 0; kind < RuleMutations.All.Length; kind++)
        {
            // Each rule gets a few of them.
            if ((kind + rules) % 24 == 0 && RuleMutations.Apply(group, kind) is { } broken)
            {
                Save("mutated", mutated++, broken, RuleMutations.All[kind].Name);
            }
        }

        rules++;
    }

    private void Save(string tree, int number, Mapping group, string note = "")
    {
        var name = $"{number:0000}{(note.Length > 0 ? "-" : "")}{note}";
        Save($"{tree}/promtool/{name}.yaml", System.Text.Encoding.UTF8.GetBytes(YamlWriter.WriteFragment(new Mapping
        {
            { "groups", Sequence.Of(group) },
        })));
        Save($"{tree}/kubernetes/rules/{name}.yaml", System.Text.Encoding.UTF8.GetBytes(YamlWriter.WriteFragment(new Mapping
        {
            { "apiVersion", "monitoring.coreos.com/v1" },
            { "kind", "PrometheusRule" },
            { "metadata", new Mapping { { "name", $"rules-{name}" }, { "namespace", "monitoring" } } },
            { "spec", new Mapping { { "groups", Sequence.Of(group) } } },
        })));
    }

    /// <summary>A cluster of a tree, with one Flux Kustomization.</summary>
    private void Tree(string tree, string cluster, string path)
    {
        Save($"{tree}/platform.yaml", System.Text.Encoding.UTF8.GetBytes(Definition));
        Save($"{tree}/kubernetes/clusters/{cluster}/flux.yaml", System.Text.Encoding.UTF8.GetBytes($$"""
            apiVersion: kustomize.toolkit.fluxcd.io/v1
            kind: Kustomization
            metadata: {name: corpus, namespace: flux-system}
            spec:
              interval: 1h
              path: ./{{path}}
              prune: true
              sourceRef: {kind: GitRepository, name: flux-system}

            """));
    }

    private void Save(string path, byte[] bytes)
    {
        var file = Path.Combine(target, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllBytes(file, bytes);
    }
}

/// <summary>Changes that make most rules invalid; promtool says which.</summary>
internal static class RuleMutations
{
    public static readonly (string Name, Func<Mapping, Mapping?> Change)[] All =
    [
        Expression("bracket-missing", text => Without(text, ")")),
        Expression("bracket-more", text => text + ")"),
        Expression("brace-missing", text => Without(text, "}")),
        Expression("function-unknown", text => $"ratee({text})"),
        Expression("range-missing", text => Cut(text, '[', ']')),
        Expression("range-more", text => $"({text})[5m]"),
        Expression("label-name", text => $"sum by (a-b) ({text})"),
        Expression("regex", text => $"{text} or up{{job=~\"a(\"}}"),
        Expression("operator", text => $"{text} => 1"),
        Expression("no-argument", text => $"{text} > sum()"),
        Expression("text-operand", text => $"({text}) + \"1\""),
        Expression("unquoted", text => $"{text} or up{{job=coredns}}"),
        Expression("set-with-scalar", text => $"({text}) and 1"),
        Expression("offset-unit", text => $"{text} or up offset 5q"),
        Expression("group-without-on", text => $"({text}) + group_left up"),
        Expression("parameter-missing", text => $"topk({text})"),
        Expression("text-parameter", text => $"histogram_quantile(\"0.9\", {text})"),
        Expression("empty-matcher", text => $"{text} or {{job=~\".*\"}}"),
        Expression("name-twice", text => $"{text} or up{{__name__=\"down\"}}"),
        Expression("escape", text => $"{text} or up{{job=~\"\\d+\"}}"),
        Expression("instant-function", text => $"rate({text})"),
        Expression("range-result", text => $"up[5m]"),
        Expression("bool-with-set", text => $"({text}) and bool up"),
        Expression("two-words", text => $"{text} up"),
        Expression("comma", text => $"sum by (job) ({text},)"),
        Expression("many-arguments", text => $"abs({text}, 1)"),
        Expression("scalars", text => "1 > 2"),
        Expression("keyword", text => $"{text} or by"),
        Rule("for-space", rule => rule["alert"] is null ? null : rule.Set("for", "5 m")),
        Rule("for-negative", rule => rule["alert"] is null ? null : rule.Set("for", "-5m")),
        Rule("for-order", rule => rule["alert"] is null ? null : rule.Set("for", "5m1h")),
        Rule("keep-firing", rule => rule["alert"] is null ? null : rule.Set("keep_firing_for", "soon")),
        Annotation("template-open", "{{ $labels.job"),
        Annotation("template-variable", "{{ $lables.job }}"),
        Annotation("template-function", "{{ humanise $value }}"),
        Annotation("template-if", "{{ if $value }}x"),
        Annotation("template-end", "x{{ end }}"),
        Annotation("template-else", "{{ else }}x"),
        Annotation("template-pipe", "{{ $value | }}"),
        Annotation("template-string", "{{ $value | printf \"%.2f }}"),
        Annotation("template-arguments", "{{ reReplaceAll \"a\" }}"),
        Annotation("template-bracket", "{{ (humanize $value }}"),
        Annotation("template-field", "{{ .Lables.job }}"),
        Annotation("template-dash", "{{ $labels.a-b }}"),
        Rule("rule-label-name", rule => rule.SetAt(["labels", "a-b"], "x")),
        Rule("annotation-name", rule => rule["alert"] is null ? null : rule.SetAt(["annotations", "a-b"], "x")),
        Rule("label-reserved", rule => rule.SetAt(["labels", "__name__"], "x")),
        Rule("both-names", rule => rule["alert"] is null ? rule.Set("alert", "X") : rule.Set("record", "x")),
        Rule("no-name", rule => rule.Without("alert").Without("record")),
        Rule("no-expression", rule => rule.Without("expr")),
        Rule("unknown-key", rule => rule.Set("severity", "critical")),
        Rule("record-name", rule => rule["record"] is null ? null : rule.Set("record", "a-b")),
        Rule("record-for", rule => rule["record"] is null ? null : rule.Set("for", "5m")),
        Rule("record-annotations", rule => rule["record"] is null ? null : rule.SetAt(["annotations", "a"], "x")),
        ("group-interval", group => group.Set("interval", "1x")),
        ("group-name", group => group.Without("name")),
        ("group-key", group => group.Set("for", "5m")),
    ];

    public static Mapping? Apply(Mapping group, int kind) => All[kind].Change(group);

    private static (string, Func<Mapping, Mapping?>) Rule(string name, Func<Mapping, Mapping?> change) => (name, group =>
        group.ItemsAt("rules") is [Mapping first, .. var others] && change(first) is { } changed
            ? group.Set("rules", Sequence.Of([changed, .. others])) : null);

    private static (string, Func<Mapping, Mapping?>) Expression(string name, Func<string, string?> change) => Rule(name,
        rule => rule.TextAt("expr") is { } text && change(text.Trim()) is { } changed ? rule.Set("expr", changed) : null);

    private static (string, Func<Mapping, Mapping?>) Annotation(string name, string text) => Rule(name,
        rule => rule["alert"] is null ? null : rule.SetAt(["annotations", "summary"], text));

    private static string? Without(string text, string last) => text.LastIndexOf(last, StringComparison.Ordinal) is var at and >= 0
        ? text.Remove(at, last.Length) : null;

    private static string? Cut(string text, char from, char to) => text.IndexOf(from) is var start and >= 0
        && text.IndexOf(to, start) is var end and > 0 ? text.Remove(start, end - start + 1) : null;
}
