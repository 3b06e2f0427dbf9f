using System.Text.Json;

namespace PlatformGitOps.Generator.Tests.Plan;

/// <summary>A plan and a diff may be posted where everybody reads them.</summary>
public sealed class MaskingTests
{
    [TestCase("data", "authorization: Bearer @")]
    [TestCase("data", """{"password":"@"}""")]
    [TestCase("data", """{"a":{"b":1,"token":"@"},"c":"kept"}""")]
    [TestCase("data", """{"a":{"credentials":{"user":"@","other":"@"}}}""")]
    [TestCase("data", """{"a":"{\"password\":\"@\"}"}""")]
    [TestCase("data", "{\n  \"credentials\": {\n    \"user\": \"@\",\n    \"list\": [\n      \"@\"\n    ]\n  },\n  \"c\": \"kept\"\n}")]
    [TestCase("data", "redis: {host: a, password: @ and more}\nc: kept")]
    [TestCase("data", "password: >-\n  @\n  @\nc: kept")]
    [TestCase("data", "password:\n  @\nc: kept")]
    [TestCase("data", "password: first\n  @\nc: kept")]
    [TestCase("data", "credentials:\n  user: @\n  list:\n    - @\nc: kept")]
    [TestCase("data", "DB_PASS=@\nMYSQL_PWD=@ @\nexport JWT=@\nC=kept")]
    [TestCase("data", "PGPASS=@")]
    [TestCase("data", "Server=kept;Password=@;Timeout=1")]
    [TestCase("data", "Endpoint=kept;SharedAccessKey=@==;AccountKey=@")]
    [TestCase("data", "accessKey: @\nc: kept")]
    [TestCase("data", "pwd: @\nc: kept")]
    [TestCase("data", "bearer = @\nc = kept")]
    [TestCase("data", "args:\n  - --token\n  - @\n  - kept")]
    [TestCase("data", "args: [\"--token\", \"@\", \"kept\"]")]
    [TestCase("data", "env:\n  - name: DB_PASS\n    value: @\n  - name: HOST\n    value: kept")]
    [TestCase("data", "curl -H 'X-Api-Key: @' -H \"Authorization: Bearer @1234567\" --password @ https://kept")]
    [TestCase("data", "token=@")]
    [TestCase("data", "GET https://kept/?a=b&token=@&c=d")]
    [TestCase("data", "-----BEGIN PRIVATE KEY-----\n@\n@\n-----END PRIVATE KEY-----\nkept")]
    [TestCase("data", "-----BEGIN EC PRIVATE KEY-----\n@\n@")]
    [TestCase("data", "tls:\n  key: |\n    -----BEGIN RSA PRIVATE KEY-----\n    @\n    -----END RSA PRIVATE KEY-----\n  c: kept")]
    [TestCase("pwd", "@")]
    [TestCase("secret_access_key", "@")]
    [TestCase("jwt", "@")]
    [TestCase("tls.key", "-----BEGIN PGP PRIVATE KEY BLOCK-----\n@\n-----END PGP PRIVATE KEY BLOCK-----\nkept")]
    public void A_credential_in_a_file_is_hidden_in_plan_and_diff_and_a_change_is_seen(string key, string form)
    {
        var (before, after) = (Map(key, form, "hunter1"), Map(key, form, "hunter2"));

        var shown = Diff("", before) + Diff(before, after) + Plan(before, after);

        shown.ShouldNotContain("hunter");
        shown.ShouldContain("(hidden)");
        Diff(before, after).ShouldContain("(hidden, another value)");
        Plan(before, after).ShouldContain("(hidden, another value)");
        Diff("", before).Contains("kept").ShouldBe(form.Contains("kept"));
    }

    [TestCase("args: [--token, @, kept]")]
    [TestCase("args: [\"--token=@\", kept]")]
    [TestCase("command: [sh, -c, \"echo kept; export API_KEY=@; run\"]")]
    [TestCase("env: [{name: PGPASS, value: @}, {name: C, value: kept}]")]
    [TestCase("values: {redis: {password: @}, c: kept}")]
    [TestCase("values: {auth: {bearer: @, accessKey: @}, c: kept}")]
    [TestCase("values: {config: {apiKeys: [@, @]}, c: kept}")]
    [TestCase("values: {credentials: {key: @}, c: kept}")]
    public void A_credential_in_an_object_is_hidden_in_plan_and_diff_and_a_change_is_seen(string form)
    {
        static string Object(string form, string word) => $"apiVersion: example.com/v1\nkind: App\nmetadata: {{name: it}}\nspec:\n  "
            + form.Replace("@", word);
        var (before, after) = (Object(form, "hunter1"), Object(form, "hunter2"));

        (Diff("", before) + Diff(before, after) + Plan(before, after)).ShouldNotContain("hunter");
        Diff(before, after).ShouldContain("(hidden, another value)");
        Plan(before, after).ShouldContain("(hidden, another value)");
        Diff("", before).ShouldContain("kept");
    }

    [TestCase("existingSecret")]
    [TestCase("existingSecretPasswordKey")]
    [TestCase("secretName")]
    [TestCase("passwordSecretRef")]
    [TestCase("passwordFile")]
    [TestCase("imagePullSecrets")]
    [TestCase("username")]
    [TestCase("bypass")]
    [TestCase("passthrough")]
    [TestCase("keyspace")]
    [TestCase("authorization-mode")]
    public void A_name_is_not_a_credential(string key)
    {
        Diff("", Map(key, "@", "shown")).ShouldContain($"  {key}: shown\n");
        Diff("", Map("data", $"{key}: @\n{key}=@\n", "shown")).ShouldNotContain("hidden");
    }

    [TestCase("secretRef: {name: shown}")]
    [TestCase("volumes: [{secret: {secretName: shown, items: [{key: tls.key, path: it.key}], defaultMode: 420}}]")]
    [TestCase("env: [{name: DB_PASS, valueFrom: {secretKeyRef: {name: shown, key: password}}}]")]
    [TestCase("args: [--token, $(TOKEN), --password=$(PASSWORD), shown]")]
    [TestCase("token: true")]
    public void A_reference_and_a_switch_are_shown(string form) =>
        Diff("", $"apiVersion: example.com/v1\nkind: App\nmetadata: {{name: it}}\nspec:\n  {form}").ShouldNotContain("hidden");

    [Test]
    public void Two_credentials_that_change_places_differ()
    {
        var (before, after) = (Map("data", "password: a1\npassword: b2\n", ""), Map("data", "password: b2\npassword: a1\n", ""));

        Diff(before, after).ShouldContain("(hidden, another value)");
        Plan(before, after).ShouldContain("(hidden, another value)");
    }

    [Test]
    public void A_new_entry_of_a_list_leaves_the_other_credentials_as_they_were()
    {
        static string Release(string first) => $$"""
            apiVersion: example.com/v1
            kind: App
            metadata: {name: it}
            spec: {users: [{{first}}{name: a, password: a1}, {name: b, password: b2}]}
            """;

        Diff(Release(""), Release("{name: c, password: c3}, ")).Split("another value").Length.ShouldBe(2);
    }

    [TestCase("{key: {")]
    [TestCase("{secret: {")]
    [TestCase("{\"a\":\"{token:")]
    [TestCase("password: x\n")]
    [TestCase("token=a;")]
    [TestCase("\\\"key")]
    [MaxTime(20000)]
    public void A_large_text_takes_no_longer_than_a_large_text(string part)
    {
        var text = string.Concat(Enumerable.Repeat(part, (1 << 20) / part.Length));

        Diff("", Map("data", "key: @\n" + text, "shown")).ShouldContain("key: shown");
    }

    private static string Map(string key, string form, string word) =>
        $"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: it}}\ndata:\n  {key}: "
        + JsonSerializer.Serialize(form.Replace("@", word));

    private static string Diff(string before, string after) =>
        string.Join('\n', new ObjectDiff(EditedTree.Of(before).Source(), EditedTree.Of(after).Source()).Of("one", strict: true));

    private static string Plan(string before, string after) => Planned.Text(EditedTree.Of(before).To(EditedTree.Of(after)));
}
