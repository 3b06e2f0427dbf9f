using System.Text.Json.Nodes;
using PlatformGitOps.KubeClient.Configuration;
using PlatformGitOps.KubeClient.Objects;
using PlatformGitOps.KubeClient.Requests;
using PlatformGitOps.KubeClient.Watching;

namespace PlatformGitOps.KubeClient.Tests;

/// <summary>
/// The same client against a real API server. It writes, so it runs only where somebody names a context for it, never against
/// whatever a kubeconfig happens to point at.
/// </summary>
public sealed class RealCluster
{
    private const string Variable = "KUBECLIENT_TEST_CONTEXT";

    private static readonly ResourceType<JsonObject> Namespaces = ResourceType.Untyped("", "v1", "namespaces", namespaced: false);
    private static readonly ResourceType<JsonObject> ConfigMaps = ResourceType.Untyped("", "v1", "configmaps");

    private CancellationTokenSource _limit = null!;
    private KubernetesClient _client = null!;
    private string _namespace = "";

    [OneTimeSetUp]
    public async Task MakeNamespace()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } context)
        {
            Assert.Ignore($"set {Variable} to a context of the kubeconfig whose cluster may be written to");
            return;
        }

        _limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        _client = new KubernetesClient(KubeConfig.Load().Connect(TimeProvider.System, context), TimeProvider.System);
        var body = new JsonObject { ["metadata"] = new JsonObject { ["generateName"] = "kubeclient-test-" } };
        _namespace = (await _client.CreateAsync(Namespaces, null, body, _limit.Token))["metadata"]!["name"]!.GetValue<string>();
    }

    [OneTimeTearDown]
    public async Task DropNamespace()
    {
        if (_namespace.Length > 0)
        {
            await _client.DeleteAsync(Namespaces, new ObjectName(null, _namespace), CancellationToken.None);
            _client.Dispose();
            _limit.Dispose();
        }
    }

    [Test]
    public async Task Nodes_have_addresses_and_conditions()
    {
        var nodes = await _client.ListAsync(Resources.Nodes, null, ListQuery.All, _limit.Token);

        nodes.Items.ShouldNotBeEmpty();
        nodes.Items[0].Status.Addresses!.ShouldContain(address => address.Type == "InternalIP");
        nodes.Items[0].Status.Conditions!.ShouldContain(condition => condition.Type == "Ready");
    }

    [Test]
    public async Task What_is_written_is_read_listed_in_pages_and_watched()
    {
        var before = await _client.ListAsync(ConfigMaps, _namespace, ListQuery.All, _limit.Token);
        for (var i = 0; i < 5; i++)
        {
            await _client.CreateAsync(ConfigMaps, _namespace, ConfigMap($"page-{i}", "one"), _limit.Token);
        }

        var list = await _client.ListAsync(ConfigMaps, _namespace, new ListQuery { PageSize = 2 }, _limit.Token);
        list.Items.Count.ShouldBe(before.Items.Count + 5);

        var seen = new List<string>();
        await foreach (var change in _client.WatchAsync(ConfigMaps, _namespace, new WatchQuery { ResourceVersion = before.ResourceVersion }, _limit.Token))
        {
            if (change is WatchEvent<JsonObject>.Added added && added.Item["metadata"]!["name"]!.GetValue<string>() is { } name && name.StartsWith("page-", StringComparison.Ordinal))
            {
                seen.Add(name);
            }

            if (seen.Count == 5)
            {
                break;
            }
        }

        seen.ShouldBe(["page-0", "page-1", "page-2", "page-3", "page-4"]);
    }

    [Test]
    public async Task A_patch_that_names_another_uid_or_an_old_version_is_refused()
    {
        var name = new ObjectName(_namespace, "guarded");
        var created = await _client.CreateAsync(ConfigMaps, _namespace, ConfigMap("guarded", "one"), _limit.Token);
        var version = created["metadata"]!["resourceVersion"]!.GetValue<string>();
        await _client.PatchAsync(ConfigMaps, name, Patch.Merge(new JsonObject { ["data"] = new JsonObject { ["key"] = "two" } }), _limit.Token);

        foreach (var metadata in new[] { new JsonObject { ["resourceVersion"] = version }, new JsonObject { ["uid"] = Guid.NewGuid().ToString() } })
        {
            var patch = Patch.Merge(new JsonObject { ["metadata"] = metadata, ["data"] = new JsonObject { ["key"] = "three" } });
            var failure = await Should.ThrowAsync<ApiException>(() => _client.PatchAsync(ConfigMaps, name, patch, _limit.Token));
            ((int)failure.Status).ShouldBeOneOf(409, 422);
        }

        (await _client.GetAsync(ConfigMaps, name, _limit.Token))["data"]!["key"]!.GetValue<string>().ShouldBe("two");
    }

    [Test]
    public async Task Server_side_apply_respects_other_owners_unless_forced()
    {
        var name = new ObjectName(_namespace, "applied");
        await _client.PatchAsync(ConfigMaps, name, Patch.Apply(ConfigMap("applied", "one"), "first"), _limit.Token);

        (await Should.ThrowAsync<ApiException>(() => _client.PatchAsync(ConfigMaps, name, Patch.Apply(ConfigMap("applied", "two"), "second"), _limit.Token)))
            .IsConflict.ShouldBeTrue();
        var forced = await _client.PatchAsync(ConfigMaps, name, Patch.Apply(ConfigMap("applied", "two"), "second", force: true), _limit.Token);
        forced["data"]!["key"]!.GetValue<string>().ShouldBe("two");
    }

    private static JsonObject ConfigMap(string name, string value) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "ConfigMap",
        ["metadata"] = new JsonObject { ["name"] = name },
        ["data"] = new JsonObject { ["key"] = value },
    };
}
