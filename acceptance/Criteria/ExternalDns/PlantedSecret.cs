using System.IO.Compression;
using System.Text.Encodings.Web;

namespace PlatformGitOps.Acceptance.Criteria.ExternalDns;

/// <summary>A credential that the suite has put into a Secret, and the other places where it appears.</summary>
/// <param name="value">The credential in plain text.</param>
internal sealed class PlantedSecret(string value)
{
    private static readonly string[] Namespaces = ["kube-system", "flux-system"];

    // In plain text, and in base64 as in a Secret's data; JSON may escape a '+' as \u002B.
    private readonly string[] forms =
    [
        .. new[] { value, Convert.ToBase64String(Encoding.UTF8.GetBytes(value)).TrimEnd('=') }
            .SelectMany(form => new[] { form, JavaScriptEncoder.Default.Encode(form) }).Distinct(),
    ];

    private readonly List<string> found = [];
    private readonly Dictionary<string, int> looked = [];

    /// <summary>The places where it was found.</summary>
    public IReadOnlyList<string> Found => found;

    /// <summary>The number of searched objects of each kind.</summary>
    public string Looked => string.Join(", ", looked.Select(entry => $"{entry.Value} {entry.Key}"));

    public void Look(string where, string text, string kind = "objects")
    {
        looked[kind] = looked.GetValueOrDefault(kind) + 1;
        if (forms.Any(form => text.Contains(form)))
        {
            found.Add(where);
        }
    }

    /// <summary>Searches ConfigMaps everywhere; events, pods, their logs and metrics in this repository's namespaces.</summary>
    public async Task LookAround(LiveCluster cluster, CancellationToken cancellationToken)
    {
        foreach (var map in await cluster.Api.List(ResourceKind.ConfigMap, null, null, cancellationToken))
        {
            Look($"{map}", map.Document.ToJsonString(), "ConfigMaps");
        }

        foreach (var place in Namespaces)
        {
            foreach (var kind in new[] { ResourceKind.Event, ResourceKind.Deployment, ResourceKind.DaemonSet, ResourceKind.Pod })
            {
                foreach (var resource in await cluster.Api.List(kind, place, null, cancellationToken))
                {
                    Look($"{resource}", resource.Document.ToJsonString());
                }
            }

            foreach (var pod in await cluster.Api.List(ResourceKind.Pod, place, null, cancellationToken))
            {
                await LookInto(cluster, pod, cancellationToken);
            }
        }
    }

    /// <summary>Searches the evidence of this run's tests so far: entries, and files in the run's folder.</summary>
    public void LookAt(EvidenceLog evidence)
    {
        Look("the run's evidence.json", EvidenceJson.Write(evidence.ToRun([], [])), "files of evidence");
        var folder = Path.Combine(EvidenceFolder.Default, evidence.RunId);
        foreach (var file in Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*.gz", SearchOption.AllDirectories) : [])
        {
            using var packed = new GZipStream(File.OpenRead(file), CompressionMode.Decompress);
            using var text = new StreamReader(packed);
            Look(Path.GetFileName(file), text.ReadToEnd(), "files of evidence");
        }
    }

    private async Task LookInto(LiveCluster cluster, Resource pod, CancellationToken cancellationToken)
    {
        foreach (var container in pod.Parts("spec.initContainers").Concat(pod.Parts("spec.containers")))
        {
            foreach (var previous in new[] { false, true })
            {
                try
                {
                    var log = await cluster.Api.Logs(pod.Namespace!, pod.Name, container.Text("name"), previous, cancellationToken);
                    Look($"log of {pod.Name}/{container.Text("name")}", log, "logs");
                }
                catch (KubernetesApiException)
                {
                    // A container that has not started has no log, and most have no previous one.
                }
            }

            // Control-plane pods are on the host network and listen on the node's loopback address.
            foreach (var port in container.Parts("ports").Where(port => pod.Flag("spec.hostNetwork") != true
                && (port.Text("name")?.Contains("metrics") == true || port.Number("containerPort") == 9153)))
            {
                await LookAtMetrics(cluster, pod, port.Number("containerPort")!.Value, cancellationToken);
            }
        }
    }

    private async Task LookAtMetrics(LiveCluster cluster, Resource pod, int port, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await ProbeOrigin.FromMonitoring(cluster, pod, port, "/metrics", cancellationToken);
            Look($"metrics of {pod.Name}:{port}", answer.Body, "metrics pages");
        }
        catch (NotYetException)
        {
            // It has ended, or uses TLS.
        }
    }
}

public sealed class PlantedSecretTests
{
    private const string Value = "bm90IGEgcmVhbCBrZXk=";

    [TestCase("key: bm90IGEgcmVhbCBrZXk=", true)]
    [TestCase("{\"tsig-secret\":\"Ym05MElHRWdjbVZoYkNCclpYaz0=\"}", true)]
    [TestCase("key: bm90IGEg", false)]
    public void It_is_found_as_it_is_and_as_a_Secret_has_it(string text, bool found)
    {
        var planted = new PlantedSecret(Value);
        planted.Look("here", text);
        planted.Found.ShouldBe(found ? ["here"] : []);
        planted.Looked.ShouldBe("1 objects");
    }

    [Test]
    public void It_is_found_in_the_JSON_of_an_object()
    {
        const string Key = "q+Zm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm8=";
        var map = new Resource(new JsonObject { ["data"] = new JsonObject { ["key"] = Key } });
        var planted = new PlantedSecret(Key);
        planted.Look("map", map.Document.ToJsonString());
        planted.Found.ShouldBe(["map"]);
    }
}
