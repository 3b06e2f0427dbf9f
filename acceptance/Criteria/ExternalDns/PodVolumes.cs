namespace PlatformGitOps.Acceptance.Criteria.ExternalDns;

/// <summary>An instance's pod on this machine: volumes are folders, and the Secret's values are given by key.</summary>
internal sealed class PodVolumes
{
    private readonly IReadOnlyDictionary<string, string> secret;
    private readonly Dictionary<string, string> folders;

    private PodVolumes(IReadOnlyDictionary<string, string> secret, Dictionary<string, string> folders) =>
        (this.secret, this.folders) = (secret, folders);

    /// <summary>Fills the volumes, and runs the init containers.</summary>
    public static async Task<PodVolumes> Of(
        IReadOnlyList<Resource> objects, IReadOnlyDictionary<string, string> secret, string folder, CancellationToken cancellationToken)
    {
        var pod = objects.Single(resource => resource.Kind == "Deployment").Part("spec.template.spec")!;
        foreach (var volume in pod.Parts("volumes"))
        {
            var own = Directory.CreateDirectory(Path.Combine(folder, volume.Text("name")!)).FullName;
            foreach (var item in volume.Parts("secret.items"))
            {
                await File.WriteAllTextAsync(Path.Combine(own, item.Text("path")!), secret[item.Text("key")!], cancellationToken);
            }

            foreach (var (file, text) in objects.Where(resource => resource.Kind == "ConfigMap"
                && resource.Name == volume.Text("configMap.name")).SelectMany(map => map.Map("data")))
            {
                await File.WriteAllTextAsync(Path.Combine(own, file), text, cancellationToken);
            }
        }

        var local = new PodVolumes(secret, pod.Parts("containers").SelectMany(container => container.Parts("volumeMounts"))
            .ToDictionary(mount => mount.Text("mountPath")!, mount => Path.Combine(folder, mount.Text("name")!)));
        foreach (var container in pod.Parts("initContainers"))
        {
            var command = container.Texts("command").Select(local.Here).ToArray();
            await Cli.Wrap(command[0]).WithArguments(command[1..])
                .WithEnvironmentVariables(local.Variables(container).ToDictionary(pair => pair.Key, pair => (string?)pair.Value))
                .ExecuteBufferedAsync(cancellationToken);
        }

        return local;
    }

    /// <summary>A text in which this machine's paths replace the pod's.</summary>
    public string Here(string text) =>
        folders.Aggregate(text, (changed, folder) => changed.Replace(folder.Key, folder.Value));

    /// <summary>The environment variables of a container.</summary>
    public Dictionary<string, string> Variables(Resource container) => container.Parts("env").ToDictionary(
        variable => variable.Text("name")!,
        variable => variable.Text("valueFrom.secretKeyRef.key") is { } key ? secret[key] : Here(variable.Text("value")!));
}
