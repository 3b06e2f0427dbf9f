using System.Net;
using System.Text.Json.Nodes;
using PlatformGitOps.KubeClient.Objects;
using PlatformGitOps.KubeClient.Requests;
using PlatformGitOps.KubeClient.Testing;

namespace PlatformGitOps.KubeClient.Tests;

public sealed class ReadingAndWriting : ApiServerFixture
{
    private static readonly ObjectName Web = new("shop", "web");

    [Test]
    public async Task A_pod_is_read_into_its_record()
    {
        Server.Store.Put("pods", Pod("web"));

        var pod = await Client.GetAsync(Resources.Pods, Web, Limit);

        pod.Metadata.FullName.ShouldBe(Web);
        pod.Status.PodIP.ShouldBe("10.0.0.1");
        pod.Metadata.Label("app").ShouldBe("web");
        pod.Spec.Containers.ShouldBeNull();
    }

    [Test]
    public async Task Items_of_a_list_that_lack_optional_parts_have_defaults_and_not_nulls()
    {
        Server.Store.Put("endpointslices", new JsonObject { ["metadata"] = new JsonObject { ["name"] = "s", ["namespace"] = "shop" } });
        Server.Store.Put("services", new JsonObject { ["metadata"] = new JsonObject { ["name"] = "s", ["namespace"] = "shop" } });

        var slices = await Client.ListAsync(Resources.EndpointSlices, null, ListQuery.All, Limit);
        var service = await Client.GetAsync(Resources.Services, new ObjectName("shop", "s"), Limit);

        slices.Items.ShouldHaveSingleItem().AddressType.ShouldBe("IPv4");
        service.Spec.ShouldNotBeNull();
        service.ApiVersion.ShouldBe("v1");
    }

    [Test]
    public async Task An_object_without_a_record_is_plain_json()
    {
        var deployments = ResourceType.Untyped("apps", "v1", "deployments");
        await Client.CreateAsync(deployments, "shop", new JsonObject { ["metadata"] = new JsonObject { ["name"] = "web" } }, Limit);

        var read = await Client.GetAsync(deployments, Web, Limit);

        read["metadata"]!["uid"]!.GetValue<string>().ShouldNotBeEmpty();
        Server.Log.ShouldContain("POST /apis/apps/v1/namespaces/shop/deployments");
    }

    [Test]
    public async Task A_missing_object_is_null_for_find_and_an_exception_with_facts_for_get()
    {
        (await Client.FindAsync(Resources.Pods, Web, Limit)).ShouldBeNull();

        var failure = await Should.ThrowAsync<ApiException>(() => Client.GetAsync(Resources.Pods, Web, Limit));
        failure.Status.ShouldBe(HttpStatusCode.NotFound);
        failure.Reason.ShouldBe("NotFound");
        failure.Message.ShouldContain("GET /api/v1/namespaces/shop/pods/web");
    }

    [Test]
    public async Task A_list_of_several_pages_is_one_list()
    {
        for (var i = 0; i < 25; i++)
        {
            Server.Store.Put("pods", Pod($"web-{i:00}"));
        }

        var pods = await Client.ListAsync(Resources.Pods, null, new ListQuery { PageSize = 10 }, Limit);

        pods.Items.Count.ShouldBe(25);
        pods.Continue.ShouldBeNull();
        Server.Log.Count(line => line.Contains("limit=10", StringComparison.Ordinal)).ShouldBe(3);
    }

    [Test]
    public async Task A_list_whose_snapshot_expires_between_pages_is_fetched_whole()
    {
        for (var i = 0; i < 25; i++)
        {
            Server.Store.Put("pods", Pod($"web-{i:00}"));
        }

        Server.Intercept = context =>
        {
            if (context.Request.Query.ContainsKey("continue"))
            {
                Server.Store.Compact();
            }

            return Task.FromResult(false);
        };

        var pods = await Client.ListAsync(Resources.Pods, "shop", new ListQuery { PageSize = 10 }, Limit);

        pods.Items.Count.ShouldBe(25);
    }

    [Test]
    public async Task A_merge_patch_with_an_old_version_is_a_conflict()
    {
        Server.Store.Put("pods", Pod("web"));
        var patch = Patch.Merge(new JsonObject
        {
            ["metadata"] = new JsonObject { ["resourceVersion"] = "1", ["labels"] = new JsonObject { ["app"] = null } },
        });

        var failure = await Should.ThrowAsync<ApiException>(() => Client.PatchAsync(Resources.Pods, Web, patch, Limit));

        failure.IsConflict.ShouldBeTrue();
    }

    [Test]
    public async Task A_json_patch_whose_test_fails_changes_nothing()
    {
        Server.Store.Put("pods", Pod("web"));
        var patch = Patch.Json(
        [
            new JsonObject { ["op"] = "test", ["path"] = "/metadata/uid", ["value"] = "somebody else" },
            new JsonObject { ["op"] = "remove", ["path"] = "/metadata/labels/app" },
        ]);

        var failure = await Should.ThrowAsync<ApiException>(() => Client.PatchAsync(Resources.Pods, Web, patch, Limit));

        failure.Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await Client.GetAsync(Resources.Pods, Web, Limit)).Metadata.Label("app").ShouldBe("web");
    }

    [Test]
    public async Task Server_side_apply_names_its_field_manager()
    {
        var services = ResourceType.Untyped("", "v1", "services");
        var body = new JsonObject { ["metadata"] = new JsonObject { ["name"] = "web", ["namespace"] = "shop" } };

        await Client.PatchAsync(services, Web, Patch.Apply(body, "tests", force: true), Limit);

        Server.Log.ShouldContain("PATCH /api/v1/namespaces/shop/services/web?fieldManager=tests&force=true");
    }

    [Test]
    public async Task Deleting_what_is_gone_is_no_error()
    {
        Server.Store.Put("pods", Pod("web"));

        (await Client.DeleteAsync(Resources.Pods, Web, Limit)).ShouldBeTrue();
        (await Client.DeleteAsync(Resources.Pods, Web, Limit)).ShouldBeFalse();
    }

    [Test]
    public async Task An_eviction_goes_to_the_subresource()
    {
        Server.Store.Put("pods", Pod("web"));

        await Client.EvictAsync(Web, Limit);

        (await Client.FindAsync(Resources.Pods, Web, Limit)).ShouldBeNull();
        Server.Log.ShouldContain("POST /api/v1/namespaces/shop/pods/web/eviction");
    }

    [Test]
    public async Task A_throttled_request_tells_how_long_to_wait()
    {
        Server.Intercept = async context =>
        {
            context.Response.Headers.RetryAfter = "7";
            await context.WriteStatusAsync(429, "TooManyRequests", "too many requests, please try again later");
            return true;
        };

        var failure = await Should.ThrowAsync<ApiException>(() => Client.GetAsync(Resources.Pods, Web, Limit));

        failure.RetryAfter.ShouldBe(TimeSpan.FromSeconds(7));
        failure.IsTransient.ShouldBeTrue();
    }

    [Test]
    public async Task An_answer_that_is_no_json_is_an_api_exception_and_not_a_parser_error()
    {
        Server.Intercept = async context =>
        {
            await context.Response.Body.WriteAsync("<html>"u8.ToArray(), Limit);
            return true;
        };

        (await Should.ThrowAsync<ApiException>(() => Client.GetAsync(Resources.Pods, Web, Limit))).Reason.ShouldBe("NoJson");
        (await Should.ThrowAsync<ApiException>(() => Client.ListAsync(Resources.Pods, null, ListQuery.All, Limit))).Reason.ShouldBe("NoJson");
    }

    [Test]
    public async Task A_lease_keeps_six_digits_of_its_times()
    {
        var renewed = new DateTimeOffset(2026, 1, 2, 3, 4, 5, 600, TimeSpan.Zero);
        var lease = new Lease
        {
            Metadata = new ObjectMeta { Name = "lock", Namespace = "shop" },
            Spec = new LeaseSpec { HolderIdentity = "a", LeaseDurationSeconds = 8, RenewTime = renewed },
        };

        var created = await Client.CreateAsync(Resources.Leases, "shop", lease, Limit);

        created.Spec.RenewTime.ShouldBe(renewed);
        Server.Store.Find("leases", "shop", "lock")!["spec"]!["renewTime"]!.GetValue<string>().ShouldBe("2026-01-02T03:04:05.600000Z");
    }

    [Test]
    public void A_kind_without_namespace_refuses_one() =>
        Should.Throw<ArgumentException>(() => Client.GetAsync(Resources.Nodes, Web, Limit));
}
