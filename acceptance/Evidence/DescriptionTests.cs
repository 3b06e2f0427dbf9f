namespace PlatformGitOps.Acceptance.Evidence;

public sealed class DescriptionTests
{
    private const string Pod = """
        apiVersion: v1
        kind: Pod
        metadata:
          name: coredns-1
          namespace: kube-system
          managedFields: [{manager: kubelet}]
        status: {phase: Pending}
        """;

    [Test]
    public void An_object_has_its_own_events_above_it_the_oldest_first()
    {
        var text = Description.Of(YamlDocuments.Resources(Pod),
        [
            Event("coredns-1", "2026-01-02T03:04:09Z", "BackOff", 4),
            Event("coredns-2", "2026-01-02T03:04:06Z", "Killing", 1),
            Event("coredns-1", "2026-01-02T03:04:05Z", "FailedScheduling", 1),
        ]);

        text.Split('\n').Take(3).ShouldBe(
        [
            "# 2026-01-02T03:04:05Z Warning FailedScheduling: said twice",
            "# 2026-01-02T03:04:09Z Warning BackOff (4 times): said twice",
            "apiVersion: v1",
        ]);
        text.ShouldNotContain("coredns-2");
        text.ShouldNotContain("managedFields");
        YamlDocuments.Resources(text).Single().Text("status.phase").ShouldBe("Pending");
    }

    [Test]
    public void Environments_arguments_and_applied_configurations_are_hidden()
    {
        var text = Description.Of(
            YamlDocuments.Resources("""
                apiVersion: v1
                kind: Pod
                metadata:
                  name: foreign
                  namespace: kube-system
                  annotations: {kubectl.kubernetes.io/last-applied-configuration: "s3cret"}
                spec:
                  containers: [{name: a, env: [{name: TOKEN, value: s3cret}], args: [--token=s3cret], command: [run, s3cret]}]
                  initContainers: [{name: b, livenessProbe: {exec: {command: [s3cret]}}}]
                ---
                apiVersion: helm.toolkit.fluxcd.io/v2
                kind: HelmRelease
                metadata: {name: foreign, namespace: kube-system}
                spec: {values: {password: s3cret}}
                """),
            []);

        text.ShouldNotContain("s3cret");
        text.ShouldContain("TOKEN");
    }

    [Test]
    public void Several_objects_are_documents_of_one_stream() =>
        YamlDocuments.Resources(Description.Of([.. YamlDocuments.Resources(Pod), .. YamlDocuments.Resources(Pod)], [])).Count.ShouldBe(2);

    [Test]
    public void Flux_objects_say_whether_they_are_ready_at_which_revision_and_what_they_applied() =>
        FluxOverview.Of(YamlDocuments.Resources("""
            apiVersion: kustomize.toolkit.fluxcd.io/v1
            kind: Kustomization
            metadata: {name: cluster-infra-coredns, namespace: flux-system}
            status:
              lastAppliedRevision: main@sha1:12ab
              conditions: [{type: Ready, status: "False", reason: HealthCheckFailed, message: timeout waiting for it}]
              inventory: {entries: [{id: kube-system_coredns_helm.toolkit.fluxcd.io_HelmRelease, v: v2}]}
            """)).ShouldBe("""
            Kustomization flux-system/cluster-infra-coredns: Ready=False HealthCheckFailed timeout waiting for it
              at main@sha1:12ab
              applied kube-system_coredns_helm.toolkit.fluxcd.io_HelmRelease

            """);

    private static Resource Event(string pod, string at, string reason, int count) => YamlDocuments.Resources($"""
        apiVersion: v1
        kind: Event
        metadata: {"{"}name: {reason}, namespace: kube-system{"}"}
        involvedObject: {"{"}kind: Pod, name: {pod}, namespace: kube-system{"}"}
        type: Warning
        reason: {reason}
        count: {count}
        lastTimestamp: "{at}"
        message: "said\ntwice"
        """).Single();
}
