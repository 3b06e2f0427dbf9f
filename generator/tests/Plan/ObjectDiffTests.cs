namespace PlatformGitOps.Generator.Tests.Plan;

/// <summary>What a reviewer reads: the objects of a cluster as unified diffs.</summary>
public sealed class ObjectDiffTests
{
    [Test]
    public void A_changed_object_is_a_diff_of_its_lines_and_the_others_are_not_there()
    {
        var before = EditedTree.Of(Given.Platform(Given.Infra, Given.Apps)).Source();
        var after = EditedTree.Of(Given.Platform(Given.Cluster("dns: { replicas: 3 }"), Given.Apps)).Source();

        new ObjectDiff(before, after).Of("apps", strict: true).ShouldBeEmpty();
        var diffs = new ObjectDiff(before, after).Of("infra", strict: true).ToArray();

        diffs.Length.ShouldBe(2);
        diffs.ShouldContain(diff => diff.StartsWith("--- a/infra/HelmRelease kube-system/coredns\n", StringComparison.Ordinal)
            && diff.Contains("\n-    replicaCount: 2\n+    replicaCount: 3\n"));
    }

    [Test]
    public void A_new_object_is_added_and_one_that_leaves_is_removed()
    {
        static string Map(string name) => $"{{apiVersion: v1, kind: ConfigMap, metadata: {{name: {name}}}}}";

        var diffs = Of(Map("old"), Map("new"));

        diffs.ShouldContain("+  name: new");
        diffs.ShouldContain("-  name: old");
    }

    [Test]
    public void The_data_of_a_Secret_is_never_shown_and_a_change_of_it_is()
    {
        static string Secret(string value) => $"{{apiVersion: v1, kind: Secret, metadata: {{name: it}}, stringData: {{key: {value}}}}}";

        var diff = Of(Secret("hidden1"), Secret("hidden2"));

        diff.ShouldContain("(another secret)");
        diff.ShouldNotContain("hidden");
        Of("", Secret("hidden1")).ShouldNotContain("hidden");
        Of(Secret("hidden1"), Secret("hidden1")).ShouldBeEmpty();
    }

    [Test]
    public void Tokens_and_what_is_under_keys_for_credentials_are_hidden_and_a_change_is_seen()
    {
        const string Token = "ghp_0123456789abcdefghijABCDEFGHIJ012345";
        static string Map(string token, string inFile) => $$"""
            apiVersion: v1
            kind: ConfigMap
            metadata: { name: it }
            data:
              address: https://user:{{token}}@git.example.com
              note: use {{token}} here
              values.yaml: |
                user: reader
                adminPassword: {{inFile}}
                enabled: true
                clientSecret: "{{inFile}}"
            """;

        var diff = Of(Map(Token, "hunter1"), Map(Token[..^1] + "9", "hunter2"));

        diff.ShouldNotContain("ghp_");
        diff.ShouldNotContain("hunter");
        diff.ShouldContain("-  note: use (hidden) here\n");
        diff.ShouldContain("+  note: use (hidden, another value) here\n");
        diff.ShouldContain("+    adminPassword: (hidden, another value)\n");
        diff.ShouldContain("     user: reader\n");
        Of(Map(Token, "hunter1"), Map(Token, "hunter1")).ShouldBeEmpty();
    }

    [Test]
    public void Values_of_other_charts_lose_their_credentials_and_keep_the_rest()
    {
        static string Release(string word, string replicas) => $$"""
            apiVersion: helm.toolkit.fluxcd.io/v2
            kind: HelmRelease
            metadata: { name: grafana, namespace: observability }
            spec:
              chart: { spec: { chart: grafana } }
              values:
                replicas: {{replicas}}
                adminPassword: {{word}}
                apiKey: 12345{{replicas}}
                passwordPolicy: true
                existingSecretName: grafana-admin
                imagePullSecrets: [{ name: registry }]
                credentials: { user: {{word}}, name: reader }
                env:
                  - { name: SMTP_PASSWORD, value: {{word}} }
                  - { name: SMTP_HOST, value: mail.example.com }
                  - { name: DB, valueFrom: { secretKeyRef: { name: db, key: pass } } }
                args: ["--token={{word}}", "--tsig-secret-file=/tsig"]
            """;

        var diff = Of("", Release("hunter1", "2"));
        diff.ShouldNotContain("hunter");
        diff.ShouldNotContain("12345");
        foreach (var kept in new[] { "passwordPolicy: true", "grafana-admin", "name: registry", "name: reader", "mail.example.com",
            "name: db", "key: pass", "--tsig-secret-file=/tsig", "--token=(hidden)" })
        {
            diff.ShouldContain(kept);
        }

        var plan = Planned.Text(EditedTree.Of(Release("hunter1", "2")).To(EditedTree.Of(Release("hunter2", "3"))));
        plan.ShouldNotContain("hunter");
        plan.ShouldContain("spec.values.adminPassword: (hidden) -> (hidden, another value)");
        plan.ShouldContain("spec.values.replicas: 2 -> 3");
    }

    private static string Of(string before, string after) =>
        string.Join('\n', new ObjectDiff(EditedTree.Of(before).Source(), EditedTree.Of(after).Source()).Of("one", strict: true));
}
