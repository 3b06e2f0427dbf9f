using Microsoft.AspNetCore.Http;

namespace PlatformGitOps.Controller.Tests;

/// <summary>All three removal methods and a conflict, with every request recorded: the requests equal RequiredAccess.</summary>
public sealed class RequiredRequests : ClusterFixture
{
    private readonly ConcurrentDictionary<string, bool> _asked = new();
    private int _conflicts;

    [Test]
    public async Task The_requests_equal_the_required_access()
    {
        Server.Intercept = RecordAsync;
        Deploy(3);
        Own(0, "ReplicaSet", "app");
        Own(1, "StatefulSet", "app");
        Own(2, "DaemonSet", "app");
        DeployGated();
        DeployAddresses($"{Endpoints.Address(5)},::1");
        Start();

        // An endpoint of the first Service is removed after a conflict; the gate and the slices are written when first seen.
        await AskedAsync(3, 2);
        _conflicts = 1;
        Endpoints.Fail(0);
        await UntilAsync(() => !Serves(0), "an endpoint is removed");
        await UntilAsync(() => Server.Store.List("endpointslices", "shop").Count == 2, "each family has a slice");
        await UntilAsync(() => Server.Store.Find("pods", "shop", "gated")!["status"]!["conditions"]!.ToJsonString()
            .Contains(Annotations.GateCondition), "the gate opens");
        DeployAddresses($"{Endpoints.Address(5)},{Endpoints.Address(6)}");
        await UntilAsync(() => Server.Store.List("endpointslices", "shop").Count == 1, "a slice too many is deleted");
        await UntilAsync(
            () => Server.Store.List("endpointslices", "shop").Single()["endpoints"]!.AsArray().Count == 2, "and one gets an address");

        var needed = RequiredAccess.WatchedNamespaces.Concat(RequiredAccess.ForEndpointSlices).Concat(RequiredAccess.OwnNamespace)
            .SelectMany(access => access.Verbs.Select(verb => $"{verb} {access.Group}/{access.Resource}"));
        _asked.Keys.Order(StringComparer.Ordinal).ShouldBe(needed.Distinct().Order(StringComparer.Ordinal));
    }

    private Task<bool> RecordAsync(HttpContext context)
    {
        var request = context.Request;
        var parts = request.Path.Value!.Trim('/').Split('/');
        var group = parts[0] == "api" ? "" : parts[1];
        var rest = parts[(parts[0] == "api" ? 2 : 3)..];
        rest = rest is ["namespaces", _, _, ..] ? rest[2..] : rest;
        var resource = rest is [_, _, var below] ? $"{rest[0]}/{below}" : rest[0];
        var verb = (request.Method, rest.Length > 1) switch
        {
            ("GET", true) => "get",
            ("GET", false) => request.Query["watch"] == "1" ? "watch" : "list",
            ("POST", _) => "create",
            var (method, _) => method.ToLowerInvariant(),
        };
        _asked[$"{verb} {group}/{resource}"] = true;

        if (request.Method != "PATCH" || resource != "pods" || Interlocked.Exchange(ref _conflicts, 0) == 0)
        {
            return Task.FromResult(false);
        }

        context.Response.StatusCode = StatusCodes.Status409Conflict;
        return Task.FromResult(true);
    }

    private void DeployGated()
    {
        PutService("gated", "shop", new JsonObject { ["app"] = "gated" }, Endpoints.Port, (Annotations.Removal, "readiness-gate"));
        Server.Store.Put("pods", new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = "gated", ["namespace"] = "shop", ["labels"] = new JsonObject { ["app"] = "gated" } },
            ["spec"] = new JsonObject
            {
                ["nodeName"] = "node-0",
                ["containers"] = new JsonArray(),
                ["readinessGates"] = new JsonArray(new JsonObject { ["conditionType"] = Annotations.GateCondition }),
            },
            ["status"] = new JsonObject
            {
                ["phase"] = "Running",
                ["podIP"] = Endpoints.Address(4).ToString(),
                ["conditions"] = new JsonArray(new JsonObject { ["type"] = "ContainersReady", ["status"] = "True" }),
            },
        });
    }

    private void DeployAddresses(string addresses) => PutService(
        "far", "shop", null, Endpoints.Port, (Annotations.Removal, "endpoint-slices"), (Annotations.Addresses, addresses));
}
