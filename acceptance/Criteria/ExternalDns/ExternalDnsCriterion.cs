namespace PlatformGitOps.Acceptance.Criteria.ExternalDns;

[Criterion("Records", "With External-DNS, annotated objects get their records, and records of others stay",
    SwitchesOn = Feature.ExternalDns)]
[Check("Records.1", "Each instance does what the definition says, and nothing is left to a version's defaults",
    "policy, owner, filters, interval, prefixes and TTL of the definition",
    Command = "kubectl --context {context} -n kube-system get deployments -l app.kubernetes.io/name=external-dns -o yaml")]
[Check("Records.2", "One pod for each instance, restricted and within its limits",
    "one replica, which ends before the next one begins; 200m and 256Mi unless the definition has others",
    Command = "kubectl --context {context} -n kube-system get pods -l app.kubernetes.io/name=external-dns")]
[Check("Records.3", "Credentials are in the Secret alone", "no credential in an argument, an object, a log or a metric",
    Command = "kubectl --context {context} -n kube-system logs -l app.kubernetes.io/name=external-dns")]
[Check("Records.4", "It may read the objects of its sources, and nothing else", "get, list and watch; with the source crd the status too",
    Command = "kubectl --context {context} get clusterroles -o yaml")]
public static class ExternalDnsCriterion
{
    internal const string Pod = "spec.template.spec";

    /// <summary>The keys of the Secret, by the provider's word (docs/external-dns.md).</summary>
    private static readonly Dictionary<string, string[]> Keys = new()
    {
        ["aws"] = ["aws-access-key-id", "aws-secret-access-key"],
        ["google"] = ["key.json"],
        ["azure"] = ["azure-tenant-id", "azure-client-id", "azure-client-secret"],
        ["cloudflare"] = ["cloudflare-api-token"],
        ["rfc2136"] = ["tsig-secret"],
        ["webhook"] = ["all"],
    };

    /// <summary>Environment variables that are not secret.</summary>
    private static readonly string[] Open = ["AWS_REGION", "GOOGLE_APPLICATION_CREDENTIALS"];

    [StaticCheck("Records.1", "the arguments of each Deployment")]
    public static void Arguments(RenderedCluster tree)
    {
        foreach (var instance in Instances(tree))
        {
            var given = Deployment(tree, instance).Texts($"{Pod}.containers[0].args")
                .Select(argument => argument.Split('=', 2))
                .ToLookup(parts => parts[0], parts => parts.Length > 1 ? parts[1] : "");
            var seconds = $"{instance.MinTtl}s";
            Has("--policy", instance.PolicyWord);
            Has("--registry", "txt");
            Has("--txt-owner-id", instance.OwnerId?.Text ?? tree.Role);
            Has("--txt-prefix", Given(instance.TxtPrefix));
            Has("--migrate-from-txt-owner", Given(instance.MigrateFromOwner?.Text));
            Has("--annotation-prefix", instance.AnnotationPrefix);
            Has("--domain-filter", [.. instance.Domains.Select(domain => domain.Text)]);
            Has("--exclude-domains", [.. instance.ExcludeDomains.Select(domain => domain.Text)]);
            Has("--zone-id-filter", [.. instance.ZoneIds]);
            Has("--source", [.. instance.Sources]);
            Has("--interval", instance.Interval.ToString());
            Has("--min-ttl", seconds);
            Has("--events", instance.Events ? [""] : []);
            Has("--dry-run", instance.DryRun ? [""] : []);
            var writes = instance.Provider == DnsProvider.Rfc2136;
            Has("--rfc2136-axfr", writes && instance.Rfc2136.Transfers ? [""] : []);
            // Only 1: the program would raise a lower TTL again in every interval.
            Has("--rfc2136-min-ttl", writes ? ["1s"] : []);
            Has("--rfc2136-zone", !writes ? [] : [.. (instance.Rfc2136.Zones.IsEmpty ? instance.Domains : instance.Rfc2136.Zones)
                .Select(zone => zone.Text)]);

            void Has(string argument, params string[] values) =>
                given[argument].ShouldBe(values, $"{argument} of {instance.Name} is not what the definition says");
        }

        static string[] Given(string? value) => value is null ? [] : [value];
    }

    [StaticCheck("Records.2", "the Deployments: replicas, strategy, limits and security context")]
    public static void OnePod(RenderedCluster tree)
    {
        foreach (var instance in Instances(tree))
        {
            var deployment = Deployment(tree, instance);
            deployment.Number("spec.replicas").ShouldBe(1, $"two pods of {instance.Name} write against each other");
            deployment.Text("spec.strategy.type").ShouldBe("Recreate", $"during a rollout two pods of {instance.Name} write");
            deployment.Flag($"{Pod}.securityContext.runAsNonRoot").ShouldBe(true, $"{instance.Name} may be root");
            var container = deployment.Parts($"{Pod}.containers")[0];
            container.Map("resources.limits").GetValueOrDefault("memory")
                .ShouldBe(instance.Resources.MemoryLimit.Text, $"{instance.Name} has another memory limit than the definition");
            container.Map("resources.limits").GetValueOrDefault("cpu")
                .ShouldBe(instance.Resources.CpuLimit?.Text, $"{instance.Name} has another CPU limit than the definition");
            foreach (var one in deployment.Parts($"{Pod}.containers").Concat(deployment.Parts($"{Pod}.initContainers")))
            {
                one.Flag("securityContext.readOnlyRootFilesystem").ShouldBe(true, $"{one.Text("name")} may write to its own files");
                one.Flag("securityContext.allowPrivilegeEscalation").ShouldBe(false, $"{one.Text("name")} may get more rights");
                one.Texts("securityContext.capabilities.drop").ShouldBe(["ALL"], $"{one.Text("name")} has capabilities");
            }
        }
    }

    [StaticCheck("Records.3", "the variables, arguments and volumes of each Deployment, and the kinds of the objects")]
    public static void Credentials(RenderedCluster tree)
    {
        tree.ExternalDns.ShouldNotContain(resource => resource.Kind == "Secret", "the repository has a Secret");
        foreach (var instance in Instances(tree))
        {
            var deployment = Deployment(tree, instance);
            var containers = deployment.Parts($"{Pod}.containers").Concat(deployment.Parts($"{Pod}.initContainers")).ToList();
            var variables = containers.SelectMany(container => container.Parts("env")).ToList();
            variables.Where(variable => variable.Text("value") is not null).Select(variable => variable.Text("name"))
                .Except(Open).ShouldBeEmpty($"{instance.Name} has a credential as plain text");
            containers.SelectMany(container => container.Texts("args")).Where(Tells)
                .ShouldBeEmpty($"{instance.Name} has a credential as an argument");
            var named = variables.Select(variable => variable.Part("valueFrom.secretKeyRef")).OfType<Resource>()
                .Select(reference => $"{reference.Text("name")} {reference.Text("key")}")
                .Concat(containers.SelectMany(container => container.Parts("envFrom"))
                    .Select(from => $"{from.Text("secretRef.name")} all"))
                .Concat(from volume in deployment.Parts($"{Pod}.volumes")
                        where volume.Part("secret") is not null
                        from item in volume.Parts("secret.items")
                        select $"{volume.Text("secret.secretName")} {item.Text("key")}");
            named.ShouldBe(
                instance.SecretName is not { } secret ? [] : Keys[instance.ProviderWord].Select(key => $"{secret} {key}"),
                ignoreOrder: true, $"{instance.Name} asks for other keys than the documented ones");
        }

        static bool Tells(string argument) => argument.Split('=', 2) is [var name, _]
            && new[] { "-secret", "-token", "-password", "-api-key" }.Any(end => name.EndsWith(end, StringComparison.Ordinal));
    }

    [StaticCheck("Records.4", "the ClusterRoles, and what they are bound to")]
    public static void Rights(RenderedCluster tree)
    {
        foreach (var instance in Instances(tree))
        {
            var name = ExternalDnsNames.Of(instance);
            AccountRights.Of(Find(tree, "ClusterRole", name)).ShouldBe(
                instance.Sources.SelectMany(RightsOf).Distinct(), ignoreOrder: true, $"{instance.Name} has other rights than it needs");
            var binding = Find(tree, "ClusterRoleBinding", name);
            binding.Text("roleRef.name").ShouldBe(name, $"{instance.Name} is bound to another role");
            binding.Parts("subjects").Select(subject => $"{subject.Text("kind")} {subject.Text("namespace")}/{subject.Text("name")}")
                .ShouldBe([$"ServiceAccount {ExternalDnsNames.Namespace}/{name}"], "others have the rights too");
            Deployment(tree, instance).Text($"{Pod}.serviceAccountName").ShouldBe(name, "the pod has another account");
        }

        tree.ExternalDns.ShouldNotContain(resource => resource.Kind == "Role" || resource.Kind == "RoleBinding", "further rights");
    }

    private static IEnumerable<string> RightsOf(string source)
    {
        string[] read = source switch
        {
            "service" => ["/services", "/pods", "/nodes", "discovery.k8s.io/endpointslices"],
            "ingress" => ["networking.k8s.io/ingresses"],
            "gateway-httproute" => ["gateway.networking.k8s.io/gateways", "gateway.networking.k8s.io/httproutes", "/namespaces"],
            _ => ["externaldns.k8s.io/dnsendpoints"],
        };
        var lines = read.SelectMany(resource => new[] { "get", "list", "watch" }.Select(verb => $"{verb} {resource} any"));
        return source == "crd" ? lines.Append("update externaldns.k8s.io/dnsendpoints/status any") : lines;
    }

    internal static IEnumerable<DnsInstance> Instances(RenderedCluster tree) => tree.Definition.Of<ExternalDnsSettings>()!.Instances;

    internal static Resource Deployment(RenderedCluster tree, DnsInstance instance) =>
        Find(tree, "Deployment", ExternalDnsNames.Of(instance));

    private static Resource Find(RenderedCluster tree, string kind, string name) =>
        tree.ExternalDns.FirstOrDefault(resource => resource.Kind == kind && resource.Name == name)
        ?? throw new MissingException($"{kind} {name} does not exist");
}
