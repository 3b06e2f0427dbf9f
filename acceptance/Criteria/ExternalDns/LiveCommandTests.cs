namespace PlatformGitOps.Acceptance.Criteria.ExternalDns;

/// <summary>
/// <c>takeover</c>, <c>backup</c> and <c>restore</c> with the real kubectl and a real API server. Skipped without one of the programs.
/// </summary>
[Category("ExternalDns")]
[NonParallelizable]
internal sealed class LiveCommandTests
{
    private const string Address = "10.96.0.10";

    private readonly string folder = Directory.CreateTempSubdirectory("acceptance-live-").FullName;
    private LocalApiServer cluster = null!;

    [OneTimeSetUp]
    public async Task StartTheApiServer()
    {
        LocalProgram.Need("kubectl");
        cluster = await LocalApiServer.Start(LocalProgram.Need("etcd"), LocalProgram.Need("kube-apiserver"), CancellationToken.None);
        await File.WriteAllTextAsync(Path.Combine(folder, "platform.yaml"), """
            repository: { url: https://github.com/example/platform.git }
            clusters:
              - name: infra
                network: { pods: 10.244.0.0/16, services: 10.96.0.0/16 }
                externalDns:
                  instances:
                    - { name: public, provider: cloudflare, domainFilters: [example.com],
                        sources: [service, ingress, crd, gateway-httproute] }

            """);
    }

    [OneTimeTearDown]
    public void StopTheApiServer()
    {
        cluster?.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task A_cluster_is_refused_until_the_steps_of_the_adoption_are_done(CancellationToken token)
    {
        await Apply("kubeadm", token);
        var refused = await Run(token, "takeover", "--check");
        refused.ExitCode.ShouldBe(3);
        refused.StandardOutput.ShouldContain("takeover-selector: Deployment kube-system/coredns selects k8s-app=kube-dns");

        await cluster.Api.Delete(ResourceKind.Deployment.Named("coredns", "kube-system"), null, token);
        var steps = await Run(token, "takeover", "--check");
        steps.ExitCode.ShouldBe(1);
        steps.StandardOutput.ShouldContain("takeover-service-shape");

        await Apply("kubeadm-prepared", token);
        (await Run(token, "takeover", "--check")).ExitCode.ShouldBe(0);
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task Objects_with_DNS_names_are_backed_up_without_CRDs_of_other_kinds(CancellationToken token)
    {
        var wanted = WantedService.Of("one", "192.0.2.1", 60, "one", ["external-dns.alpha.kubernetes.io/"]);
        await cluster.Api.Apply(ResourceKind.Service, new Resource(wanted), token);
        var backup = Path.Combine(folder, "backup");
        (await Run(token, "backup", backup)).ExitCode.ShouldBe(0);
        var services = await File.ReadAllTextAsync(Path.Combine(backup, "objects", "service.yaml"), token);
        services.ShouldContain($"external-dns.alpha.kubernetes.io/hostname: one.{ZoneServer.Zone}");
        services.ShouldNotContain("managedFields");
        services.ShouldNotContain("clusterIP");
        (await Run(token, "restore", backup, "--check")).ExitCode.ShouldBe(0);

        await cluster.Api.Delete(ResourceKind.Service.Named("one", "default"), null, token);
        var emptied = await Run(token, "restore", backup, "--check");
        emptied.ExitCode.ShouldBe(1);
        emptied.StandardOutput.ShouldContain("restore-object-missing: Service default/one");

        // The objects in the backup can be applied again.
        foreach (var service in YamlDocuments.Resources(services))
        {
            await cluster.Api.Apply(ResourceKind.Service, service, token);
        }

        (await Run(token, "restore", backup, "--check")).ExitCode.ShouldBe(0);
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task A_Service_with_an_unread_annotation_prefix_is_reported(CancellationToken token)
    {
        const string Named = "restore-annotation-prefix: warning: Service default/team has the annotation "
            + $"{ExternalDnsNames.NewAnnotationPrefix}hostname";
        await cluster.Api.Apply(ResourceKind.Service,
            new Resource(WantedService.Of("team", "192.0.2.1", 60, "team", [ExternalDnsNames.NewAnnotationPrefix])), token);
        var backup = Path.Combine(folder, "prefix");
        var run = await Run(token, "backup", backup);
        run.ExitCode.ShouldBe(0);
        run.StandardOutput.ShouldContain(Named);
        var check = await Run(token, "restore", backup, "--check");
        check.ExitCode.ShouldBe(0);
        check.StandardOutput.ShouldContain(Named);

        await cluster.Api.Apply(ResourceKind.Service, new Resource(WantedService.Of("team", "192.0.2.1", 60, "team",
            [ExternalDnsNames.NewAnnotationPrefix, ExternalDnsNames.AnnotationPrefix])), token);
        (await Run(token, "backup", backup)).StandardOutput.ShouldNotContain("restore-annotation-prefix");
        await cluster.Api.Delete(ResourceKind.Service.Named("team", "default"), null, token);
    }

    /// <summary>The Service and Deployment of a check's fixture, with further objects that an API server requires.</summary>
    private async Task Apply(string fixture, CancellationToken token)
    {
        var file = Path.Combine(Repository.Root, "generator", "tests", "fixtures", "takeover", $"{fixture}.yaml");
        foreach (var resource in YamlDocuments.Resources(await File.ReadAllTextAsync(file, token))
            .Where(resource => resource.Kind is "Service" or "Deployment"))
        {
            resource.Document["metadata"]!.AsObject().Remove("managedFields");
            if (resource.Kind == "Service")
            {
                JsonPath.Set(resource.Document, "spec.clusterIP", Address);
            }
            else
            {
                JsonPath.Set(resource.Document, "spec.template.spec", new JsonObject
                {
                    ["containers"] = new JsonArray(new JsonObject { ["name"] = "coredns", ["image"] = "coredns" }),
                });
            }

            await cluster.Api.Apply(ResourceKind.Of(resource), resource, token);
        }
    }

    private Task<BufferedCommandResult> Run(CancellationToken token, params IReadOnlyList<string> arguments) =>
        GeneratorProgram.Run(folder, [.. arguments, "--kubeconfig", cluster.AdminConfig], token);
}
