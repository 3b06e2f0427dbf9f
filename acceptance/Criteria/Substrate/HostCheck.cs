using PlatformGitOps.Generator.Apps.Substrate;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

/// <summary>
/// A method that tests a line of the matrix with real servers on this machine. It takes a <see cref="SubstratePair"/>, <see
/// cref="KubernetesHosts"/> or <see cref="SystemdHosts"/>, and a token.
/// </summary>
/// <param name="reads">What the check reads.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class HostCheckAttribute(string id, string reads) : Attribute
{
    public string Id { get; } = id;
    public string Reads { get; } = reads;

    /// <summary>True if it starts a released CoreDNS.</summary>
    public bool CoreDns { get; init; }
}

/// <summary>The generated files of a substrate's hosts, by their paths in the folder of a part.</summary>
internal static class HostFiles
{
    /// <param name="settings">The settings, instead of the definition's.</param>
    /// <param name="part">dns or kubernetes.</param>
    public static Dictionary<string, string> Of(RenderedCluster tree, SubstrateSettings settings, string part)
    {
        var prefix = $"substrate/{settings.Name}/{part}/";
        var platform = tree.Platform with
        {
            Substrates = [.. tree.Platform.Substrates.Select(other => other.Name == settings.Name ? settings : other)],
        };
        return Generator.Emission.Tree.Build(platform).Where(file => file.Path.StartsWith(prefix, StringComparison.Ordinal))
            .ToDictionary(file => file.Path[prefix.Length..], file => file.Text);
    }

    public static async Task Write(
        IEnumerable<KeyValuePair<string, string>> files, string folder, CancellationToken cancellationToken)
    {
        foreach (var (path, text) in files)
        {
            var target = Path.Combine(folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            await File.WriteAllTextAsync(target, text, cancellationToken);
        }
    }
}

/// <summary>A change of a substrate's files that one check must detect on real servers.</summary>
/// <param name="Check">The id of the check that fails.</param>
/// <param name="ExpectedMessage">The expected part of its message.</param>
/// <param name="Apply">Changes the files: paths below substrate/NAME/dns or substrate/NAME/kubernetes, and their texts.</param>
public sealed record HostSabotage(string Name, string Check, string ExpectedMessage, Action<Dictionary<string, string>> Apply)
{
    /// <summary>The cluster in the definition whose substrate it changes: with Knot or BIND.</summary>
    public string Cluster { get; init; } = "knot";

    public override string ToString() => Name;

    /// <summary>Runs the check on the changed files: it must fail with the expected message.</summary>
    public async Task ShouldBeDetected(Func<Task> check)
    {
        var failure = await SabotageDetection.FailureMessage(
            check, exception => exception is ShouldAssertException or WaitTimeoutException or TimeoutException);
        failure.ShouldNotBeNull($"'{this}' was not noticed").ShouldContain(ExpectedMessage);
    }

    /// <summary>Replaces a part of one file, which must exist.</summary>
    public static HostSabotage Of(string name, string check, string expectedMessage, string file, string old, string @new) =>
        new(name, check, expectedMessage, files =>
        {
            Fits(name, file, files[file], old);
            files[file] = files[file].Replace(old, @new);
        });

    /// <summary>Several changes in one file for one check.</summary>
    public static IEnumerable<HostSabotage> In(
        string check, string file, params (string Name, string ExpectedMessage, string Old, string New)[] rows) =>
        rows.Select(row => Of(row.Name, check, row.ExpectedMessage, file, row.Old, row.New));

    /// <summary>As <see cref="Of"/>, for BIND's servers.</summary>
    public static HostSabotage OfBind(string name, string check, string expectedMessage, string file, string old, string @new) =>
        Of(name, check, expectedMessage, file, old, @new) with { Cluster = "bind" };

    /// <summary>Does not use an assertion: its message would contain the text, and so the check's expected message.</summary>
    public static void Fits(string name, string file, string text, string old)
    {
        if (!text.Contains(old))
        {
            throw new InvalidOperationException($"the sabotage '{name}' does not fit {file} any more");
        }
    }
}
