using PlatformGitOps.Generator.Emission;

namespace PlatformGitOps.Acceptance.Delivery;

public sealed class GitServerTests
{
    private static CancellationToken Token => TestContext.CurrentContext.CancellationToken;

    [TestCase("127.0.0.1")]
    [TestCase("::1")]
    public async Task Git_clones_what_was_published_last_and_a_wrong_request_is_answered(string address)
    {
        await Require.Program("git", Token);
        Assume.That(address != "::1" || Require.HasIPv6, "this machine has no IPv6 loopback address");
        var folder = Directory.CreateTempSubdirectory("git-server-").FullName;
        await using (var server = await GitServer.Start(IPAddress.Parse(address), folder, Token))
        {
            await Publish(server, new GeneratedFile("old.yaml", "a: 1\n"), TreeSigner.Nobody);
            var commit = await Publish(server, new GeneratedFile("kubernetes/new.yaml", "b: 2\n"), TreeSigner.Nobody);

            var clone = Path.Combine(folder, "clone");
            await Cli.Wrap("git").WithArguments(["clone", "--quiet", server.Url("infra"), clone]).ExecuteBufferedAsync(Token);
            var head = await Cli.Wrap("git").WithArguments(["-C", clone, "rev-parse", "HEAD"]).ExecuteBufferedAsync(Token);
            head.StandardOutput.Trim().ShouldBe(commit);
            File.Exists(Path.Combine(clone, "old.yaml")).ShouldBeFalse();
            (await File.ReadAllTextAsync(Path.Combine(clone, "kubernetes", "new.yaml"), Token)).ShouldBe("b: 2\n");

            using var client = new HttpClient();
            using var answer = await client.GetAsync(new Uri(server.Url("nobody") + "/info/refs"), Token);
            answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        }

        Directory.Delete(folder, recursive: true);
    }

    [Test]
    public async Task A_commit_is_signed_where_a_signer_is_given()
    {
        await Require.Program("git", Token);
        await Require.Program("gpg", Token);
        var folder = Directory.CreateTempSubdirectory("git-signed-").FullName;
        await using (var server = await GitServer.Start(IPAddress.Loopback, folder, Token))
        {
            var signer = (await server.Signer(TreeSigner.Suite, Token))!;
            var verified = new List<bool>();
            foreach (var by in new[] { TreeSigner.Suite, TreeSigner.Nobody, TreeSigner.Stranger })
            {
                var commit = await Publish(server, new GeneratedFile("a.yaml", "a: 1\n"), by);
                var verify = Cli.Wrap("git").WithArguments(["-C", Path.Combine(folder, "git-work", "infra"), "verify-commit", commit]);
                var result = await signer.WithKeys(verify).WithValidation(CommandResultValidation.None).ExecuteBufferedAsync(Token);
                verified.Add(result.IsSuccess);
            }

            verified.ShouldBe([true, false, false]);
            var source = StorySample.Tree.Platform.Repository with { Verify = new SourceSigner(DomainName.Parse("keys"), "Tag", null) };
            var secret = (await server.Secrets(source, Token)).ShouldHaveSingleItem();
            secret.Name.ShouldBe("keys");
            secret.Map("stringData")["acceptance.asc"].ShouldStartWith("-----BEGIN PGP PUBLIC KEY BLOCK-----");
            server.Source(source, "infra").Verify!.Mode.ShouldBe("HEAD", "the suite signs commits");
        }

        Directory.Delete(folder, recursive: true);
    }

    [Test]
    public async Task A_cluster_with_a_branch_of_its_own_follows_the_branch_of_the_suite()
    {
        var folder = Directory.CreateTempSubdirectory("git-branch-").FullName;
        await using (var server = await GitServer.Start(IPAddress.Loopback, folder, Token))
        {
            var platform = DefinedTree.Read(StorySample.Definition("room"));
            platform.For(platform.Clusters[0]).Repository.Branch.ShouldBe("staging");
            var tree = RenderedCluster.From(
                DefinedTree.Generated(FluxDelivery.Served(platform, "infra", server), null), platform.Clusters[0].Name.Text);

            var source = FluxDelivery.SourceOf(tree);
            source.Text("spec.url").ShouldBe(server.Url("infra"));
            source.Text("spec.ref.branch").ShouldBe("main");
        }

        Directory.Delete(folder, recursive: true);
    }

    private static Task<string> Publish(GitServer server, GeneratedFile file, TreeSigner signer) =>
        server.Publish(StorySample.Tree.Platform.Repository, "infra", [file], signer, Token);
}
