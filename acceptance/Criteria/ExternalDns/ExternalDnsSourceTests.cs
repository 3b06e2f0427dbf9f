namespace PlatformGitOps.Acceptance.Criteria.ExternalDns;

/// <summary>Each source, with only the tree's rights: the records of its objects are written.</summary>
[TestFixture("Knot")]
[Category("ExternalDns")]
[NonParallelizable]
internal sealed class ExternalDnsSourceTests(string kind) : ZoneFixture(kind)
{
    private const string GatewayApi = "gateway.networking.k8s.io";

    private static readonly ResourceKind Ingress = new("networking.k8s.io/v1", "Ingress", "ingresses");
    private static readonly ResourceKind Gateway = new($"{GatewayApi}/v1", "Gateway", "gateways");
    private static readonly ResourceKind HttpRoute = new($"{GatewayApi}/v1", "HTTPRoute", "httproutes");
    private static readonly ResourceKind Endpoint = new("externaldns.k8s.io/v1alpha1", "DNSEndpoint", "dnsendpoints");

    [Test]
    [CancelAfter(300_000)]
    public async Task The_address_of_a_load_balancer_arrives(CancellationToken token)
    {
        using var instance = await Run(Source("service"), token);
        await Wants("one", "192.0.2.1", token);
        await Holds("one", RecordType.A, ["192.0.2.1"], 60, token);
        // Without its own target, the record has the load balancer's address.
        await Cluster.Api.Patch(ResourceKind.Service.Named("one", "default"), Json($$$"""
            {"metadata": {"annotations": {"{{{AnnotationPrefix}}}target": null} } }
            """), token);
        await Cluster.Api.Patch(ResourceKind.Service.Named("one/status", "default"), Json("""
            {"status": {"loadBalancer": {"ingress": [{"ip": "192.0.2.11"}]}}}
            """), token);
        await Holds("one", RecordType.A, ["192.0.2.11"], 60, token);
    }

    [Test]
    [CancelAfter(300_000)]
    public async Task The_host_of_an_Ingress_arrives_and_goes(CancellationToken token)
    {
        using var instance = await Run(Source("ingress"), token);
        await Apply(Ingress, $$"""
            apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata: { name: shop, namespace: default, annotations: { {{AnnotationPrefix}}ttl: "30" } }
            spec:
              rules:
                - host: ingress.{{ZoneServer.Zone}}
                  http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: shop, port: { number: 80 } } } }] }
            """, token);
        await Cluster.Api.Patch(Ingress.Named("shop/status", "default"), Json("""
            {"status": {"loadBalancer": {"ingress": [{"ip": "192.0.2.2"}]}}}
            """), token);
        await Holds("ingress", RecordType.A, ["192.0.2.2"], 30, token);
        await Owner("a-ingress", "infra", token);
        await Cluster.Api.Delete(Ingress.Named("shop", "default"), null, token);
        await Holds("ingress", RecordType.A, [], 0, token);
    }

    [Test]
    [CancelAfter(300_000)]
    public async Task The_hostname_of_an_HTTPRoute_arrives_with_the_address_of_its_Gateway(CancellationToken token)
    {
        await DefineGatewayApi(token);
        using var instance = await Run(Source("gateway-httproute"), token);
        await HttpRouteIsAccepted(token);
        await Holds("route", RecordType.A, ["192.0.2.3"], 60, token);
        await Owner("a-route", "infra", token);
        await Cluster.Api.Delete(HttpRoute.Named("shop", "default"), null, token);
        await Holds("route", RecordType.A, [], 0, token);
    }

    [Test]
    [CancelAfter(300_000)]
    public async Task The_records_of_a_DNSEndpoint_arrive_and_its_status_says_so(CancellationToken token)
    {
        using var instance = await Run(Source("crd"), token);
        await Apply(Endpoint, $$"""
            apiVersion: externaldns.k8s.io/v1alpha1
            kind: DNSEndpoint
            metadata: { name: shop, namespace: default }
            spec:
              endpoints:
                - { dnsName: endpoint.{{ZoneServer.Zone}}, recordType: A, recordTTL: 45, targets: [192.0.2.4, 192.0.2.5] }
                - { dnsName: alias.{{ZoneServer.Zone}}, recordType: CNAME, targets: [target.example.net] }
            """, token);
        await Holds("alias", RecordType.CNAME, ["target.example.net."], 60, token);
        await Eventually.Within(TimeSpan.FromSeconds(30),
            async probe => (await Server.Ask($"endpoint.{ZoneServer.Zone}", RecordType.A, probe))
                .ShouldBe([("192.0.2.4", 45), ("192.0.2.5", 45)], ignoreOrder: true),
            "both addresses are in the zone", token);
        (await Cluster.Api.Get(Endpoint.Named("shop", "default"), token))!.Document["status"]!["observedGeneration"]!
            .GetValue<int>().ShouldBe(1, "the right to write the status of a DNSEndpoint");
        await Cluster.Api.Delete(Endpoint.Named("shop", "default"), null, token);
        await Holds("alias", RecordType.CNAME, [], 0, token);
    }

    [TestCase("ingress", "ingresses")]
    [TestCase("gateway-httproute", "gateways")]
    [TestCase("crd", "dnsendpoints")]
    [Category("Sabotage")]
    [CancelAfter(300_000)]
    public async Task Without_the_right_to_read_its_objects_an_instance_compares_nothing(
        string source, string plural, CancellationToken token)
    {
        await DefineGatewayApi(token);
        var sound = Source(source);
        var robbed = sound with { Objects = [.. sound.Objects.Select(Without)] };
        using var instance = await Run(robbed, token);
        // It reports nothing: its caches never fill at start-up. A working instance compares in its first second.
        (await Eventually.Within(TimeSpan.FromSeconds(30), instance.Metrics, "its metrics are served", token))
            .ShouldContain("external_dns_controller_last_sync_timestamp_seconds 0\n");
        await Throughout.For(TimeSpan.FromSeconds(15),
            async probe => (await instance.Metric("external_dns_controller_last_sync_timestamp_seconds", probe)).ShouldBe(0),
            "what ExternalDNSSyncFailure looks at", token);

        Resource Without(Resource resource)
        {
            var copy = resource.Document.DeepClone().AsObject();
            if (resource.Kind == "ClusterRole")
            {
                foreach (var rule in copy["rules"]!.AsArray())
                {
                    var kinds = rule!["resources"]!.AsArray();
                    rule["resources"] = new JsonArray([.. kinds.Select(kept => (string)kept! == plural ? "leases" : (string)kept!)
                        .Select(kept => (JsonNode)kept)]);
                }
            }

            return new Resource(copy);
        }
    }

    private DeliveredInstance Source(string source) => Instance("infra", $", sources: [{source}]");

    /// <summary>The fields that External-DNS reads; the real CRDs are in kubernetes-sigs/gateway-api.</summary>
    private async Task DefineGatewayApi(CancellationToken token)
    {
        foreach (var defined in new[] { Gateway, HttpRoute })
        {
            await Apply(ResourceKind.CustomResourceDefinition, $$"""
                apiVersion: apiextensions.k8s.io/v1
                kind: CustomResourceDefinition
                metadata:
                  name: {{defined.Plural}}.{{GatewayApi}}
                  annotations: { api-approved.kubernetes.io: "unapproved, a part of the definition, for a test" }
                spec:
                  group: {{GatewayApi}}
                  names: { kind: {{defined.Kind}}, plural: {{defined.Plural}}, listKind: {{defined.Kind}}List }
                  scope: Namespaced
                  versions:
                    - name: v1
                      served: true
                      storage: true
                      subresources: { status: {} }
                      schema: { openAPIV3Schema: { type: object, x-kubernetes-preserve-unknown-fields: true } }
                """, token);
            await Eventually.Within(TimeSpan.FromSeconds(30),
                async probe => await Cluster.Api.List(defined, "default", null, probe), $"{defined.Plural} are served", token);
        }
    }

    private async Task HttpRouteIsAccepted(CancellationToken token)
    {
        await Apply(Gateway, """
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: { name: public, namespace: default }
            spec: { gatewayClassName: test, listeners: [{ name: http, port: 80, protocol: HTTP }] }
            """, token);
        await Cluster.Api.Patch(Gateway.Named("public/status", "default"), Json("""
            {"status": {"addresses": [{"type": "IPAddress", "value": "192.0.2.3"}]}}
            """), token);
        await Apply(HttpRoute, $$"""
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: { name: shop, namespace: default }
            spec: { parentRefs: [{ name: public }], hostnames: [route.{{ZoneServer.Zone}}] }
            """, token);
        await Cluster.Api.Patch(HttpRoute.Named("shop/status", "default"), Json("""
            {"status": {"parents": [{"parentRef": {"name": "public"}, "controllerName": "example.com/test", "conditions": [{
              "type": "Accepted", "status": "True", "reason": "Accepted", "message": "", "observedGeneration": 1,
              "lastTransitionTime": "2026-01-01T00:00:00Z"}]}]}}
            """), token);
    }

    /// <summary>A new CRD is not served at once.</summary>
    private Task Apply(ResourceKind of, string text, CancellationToken token) => Eventually.Within(
        TimeSpan.FromSeconds(30),
        probe => Cluster.Api.Apply(of, YamlDocuments.Resources(text).Single(), probe),
        $"the API server takes a {of.Kind}", token);

    private static JsonObject Json(string text) => JsonNode.Parse(text)!.AsObject();
}
