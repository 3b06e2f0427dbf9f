namespace PlatformGitOps.Acceptance.Criteria.ExternalDns;

/// <summary>The recipe of docs/external-dns.md with the real sops and age. Skipped without one of them.</summary>
[Category("ExternalDns")]
[Platform(Exclude = "Win", Reason = "the page writes for a POSIX shell")]
internal sealed class SopsRecipeTests
{
    private const string Key = "bm90IGEgcmVhbCBrZXk=";

    private string folder = null!;
    private string path = null!;

    [SetUp]
    public async Task MakeAKey()
    {
        var (sops, keygen) = (LocalProgram.Need("sops"), LocalProgram.Need("age-keygen"));
        folder = Directory.CreateTempSubdirectory("acceptance-sops-").FullName;
        path = $"{Path.GetDirectoryName(sops)}:{Environment.GetEnvironmentVariable("PATH")}";
        await Cli.Wrap(keygen).WithArguments(["--output", Path.Combine(folder, "key.txt")]).ExecuteBufferedAsync();
        await File.WriteAllTextAsync(Path.Combine(folder, "secret.yaml"), $$"""
            apiVersion: v1
            kind: Secret
            metadata: { name: external-dns-credentials, namespace: kube-system }
            data:
              tsig-secret: {{Key}}

            """);
    }

    [TearDown]
    public void RemoveIt()
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public async Task The_recipe_hides_the_key_and_leaves_what_Flux_has_to_find() => await Hides(Recipe());

    [Test]
    [Category("Sabotage")]
    public Task A_pattern_that_does_not_encrypt_the_data_of_a_Secret_is_detected() => SabotageDetection.ShouldBeDetected(
        "a pattern without data", () => Hides(Recipe().Replace("^(data|stringData)$", "^(stringData)$")),
        "the key is readable");

    private static string Recipe() => File.ReadLines(Path.Combine(Repository.Root, "docs", "external-dns.md"))
        .Single(line => line.StartsWith("sops encrypt ", StringComparison.Ordinal));

    private async Task Hides(string recipe)
    {
        var keys = await File.ReadAllTextAsync(Path.Combine(folder, "key.txt"));
        const string Public = "# public key: ";
        var recipient = keys.Split('\n').Single(line => line.StartsWith(Public, StringComparison.Ordinal))[Public.Length..];
        recipe.ShouldContain("AGE-PUBLIC-KEY");
        await Run(recipe.Replace("AGE-PUBLIC-KEY", recipient));

        File.Exists(Path.Combine(folder, "secret.yaml")).ShouldBeFalse("the plain text is left on the disk");
        var encrypted = await File.ReadAllTextAsync(Path.Combine(folder, "secret.sops.yaml"));
        encrypted.ShouldNotContain(Key, Case.Sensitive, "the key is readable");
        encrypted.ShouldContain("tsig-secret: ENC[");
        encrypted.ShouldContain("kind: Secret");
        encrypted.ShouldContain("name: external-dns-credentials");
        (await Run("SOPS_AGE_KEY_FILE=key.txt sops decrypt secret.sops.yaml")).ShouldContain($"tsig-secret: {Key}");
    }

    private async Task<string> Run(string command)
    {
        var result = await Cli.Wrap("sh").WithArguments(["-c", command]).WithWorkingDirectory(folder)
            .WithEnvironmentVariables(variables => variables.Set("PATH", path)).WithValidation(CommandResultValidation.None)
            .ExecuteBufferedAsync();
        result.ExitCode.ShouldBe(0, result.StandardError);
        return result.StandardOutput;
    }
}
