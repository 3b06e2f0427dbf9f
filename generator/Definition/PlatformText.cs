using PlatformGitOps.Generator.Apps;
using PlatformGitOps.Generator.Apps.Substrate.Records;
using PlatformGitOps.Generator.Versions;

namespace PlatformGitOps.Generator.Definition;

/// <summary>The result of reading a definition: the platform or its findings.</summary>
public abstract record PlatformReading
{
    private PlatformReading()
    {
    }

    /// <summary>The definition has no finding.</summary>
    /// <param name="Platform">The bound definition.</param>
    /// <param name="Root">The YAML, with the positions of its keys and values.</param>
    public sealed record Valid(Platform Platform, Mapping Root) : PlatformReading;

    /// <summary>All findings, in the order of the file; never empty.</summary>
    public sealed record Invalid(ImmutableArray<Finding> Findings) : PlatformReading;
}

/// <summary>Access to the files in a definition's folder.</summary>
/// <param name="Definition">The name of the definition that findings carry.</param>
/// <param name="Read">The bytes of a file by its path from the definition's folder; null where it cannot be read.</param>
/// <param name="HasFolder">Returns whether the path is a folder with a manifest.</param>
internal sealed record DefinitionFiles(string Definition, Func<string, byte[]?> Read, Func<string, bool> HasFolder)
{
    /// <summary>The name of a file in findings.</summary>
    public string NameOf(string path) => Definition[..(Definition.LastIndexOf('/') + 1)] + path;
}

/// <summary>Reads the text of a definition. It collects all violations and never throws.</summary>
public static class PlatformText
{
    /// <summary>All keys of a definition.</summary>
    public static ObjectShape Shape { get; } = SectionRecorder.Shape(Platform.Bind);

    /// <summary>Reads a definition.</summary>
    /// <param name="file">The name that findings carry.</param>
    /// <param name="bytes">The whole file.</param>
    /// <param name="beside">Reads a file by its path from the definition's folder; returns null if it cannot be read.</param>
    /// <param name="hasFolder">Returns whether a path from the same folder is a folder with a manifest; null to skip the check.</param>
    public static PlatformReading Read(
        string file, ReadOnlySpan<byte> bytes, Func<string, byte[]?>? beside = null, Func<string, bool>? hasFolder = null)
    {
        var text = YamlReader.Read(file, bytes, YamlOptions.Default);
        var findings = new DefinitionFindings(file);
        foreach (var finding in text.Findings)
        {
            findings.Add(finding);
        }

        var secretLines = new HashSet<int>();
        if (bytes.Length <= YamlOptions.Default.MaximumBytes)
        {
            foreach (var position in SecretText.In(Encoding.UTF8.GetString(bytes)))
            {
                secretLines.Add(position.Line);
                findings.Add(DefinitionRules.Secret, position, DefinitionFindings.SecretMessage, DefinitionFindings.SecretFix);
            }
        }

        foreach (var document in text.Documents)
        {
            CheckText(document, findings, secretLines,
                [.. text.Findings.Where(finding => finding.Rule == YamlRules.Hidden).Select(finding => finding.Position.Line)]);
        }

        if (text.Documents is [Mapping root, ..])
        {
            var platform = ReadRoot(root, findings, new DefinitionFiles(file, beside ?? (_ => null), hasFolder ?? (_ => false)));
            if (platform is not null && !findings.Any)
            {
                return new PlatformReading.Valid(platform, root);
            }
        }
        else if (text.Findings.IsEmpty)
        {
            ReportNothing(text, findings);
        }

        return new PlatformReading.Invalid(findings.InOrder());
    }

    /// <summary>The limit of findings: one wrong file can have one for each of its lines.</summary>
    private const int Most = 1000;

    private static Platform? ReadRoot(Mapping root, DefinitionFindings findings, DefinitionFiles files)
    {
        if (root["apiVersion"] is Scalar && root["kind"] is Scalar { Value: var kind } && root["clusters"] is null)
        {
            findings.Add(DefinitionRules.UnknownKey, root.PositionOf("apiVersion"),
                $"This is a Kubernetes object of kind '{kind}', and not a definition of clusters.",
                "Name the definition with -f; 'init' prints one to begin with.");
            return null;
        }

        var isFull = false;
        foreach (var problem in ShapeCheck.Check(root, Shape))
        {
            if (isFull)
            {
                // The value has no finding, and must not be bound either.
                findings.MarkUnbound(problem);
                continue;
            }

            findings.Add(problem, root);
            if (findings.Count > Most)
            {
                findings.Add(YamlRules.TooManyFindings, problem.Position, $"More than {Most} findings so far.",
                    "Checking stopped here; fix these first.");
                isFull = true;
            }
        }

        var reader = new SectionReader(findings, root);
        var platform = Platform.Bind(reader);
        var substrates = SubstrateRecords.Read(platform.Substrates, reader, findings, files);
        if (substrates != platform.Substrates)
        {
            platform = platform with
            {
                Substrates = substrates,
                Clusters = [.. platform.Clusters.Select(cluster => cluster.With(substrates))],
            };
        }

        platform = platform with
        {
            Clusters =
            [
                .. platform.Clusters.Select(cluster => files.HasFolder(Layout.OverlayFolder(cluster.Name.Text))
                    ? cluster with { HasOverlay = true } : cluster),
            ],
        };
        SourceRules.Check(platform, reader);
        AcceptedRules.Check(platform, reader);
        LintSettingsRules.Check(platform, reader);
        var clusters = platform.Clusters.Zip(reader.Entries("clusters")).ToArray();
        foreach (var (cluster, at) in clusters)
        {
            NetworkRules.Check(cluster, at);
            ClusterRules.Check(platform, cluster, at);
            foreach (var app in AppList.All)
            {
                app.Check(cluster, at);
            }
        }

        FleetRules.Check(clusters);
        FleetRules.CheckGroups(clusters, root["groups"] as Mapping);
        RangeRules.Check(clusters);
        foreach (var app in AppList.All)
        {
            app.CheckPlatform(platform, reader);
            app.CheckFleet(clusters);
        }

        return platform;
    }

    /// <summary>
    /// Escapes or line breaks can hide credentials and hidden characters in the text; then only the parsed values show them.
    /// </summary>
    private static void CheckText(Node node, DefinitionFindings findings, HashSet<int> secretLines, HashSet<int> hiddenLines)
    {
        switch (node)
        {
            case Mapping mapping:
                foreach (var entry in mapping.Entries)
                {
                    CheckHidden(entry.Key, entry.KeyPosition, findings, hiddenLines);
                    CheckText(entry.Value, findings, secretLines, hiddenLines);
                }

                break;
            case Sequence sequence:
                foreach (var item in sequence.Items)
                {
                    CheckText(item, findings, secretLines, hiddenLines);
                }

                break;
            case Scalar scalar when SecretText.IsSecret(scalar.Value):
                var reported = Enumerable.Range(scalar.Position.Line, scalar.Value.Count(c => c == '\n') + 2).Any(secretLines.Contains);
                findings.MarkFaulty(scalar);
                if (!reported)
                {
                    findings.Add(DefinitionRules.Secret, scalar.Position, DefinitionFindings.SecretMessage, DefinitionFindings.SecretFix);
                }

                break;
            case Scalar scalar when CheckHidden(scalar.Value, scalar.Position, findings, hiddenLines):
                findings.MarkFaulty(scalar);
                break;
        }
    }

    private static bool CheckHidden(string text, Position position, DefinitionFindings findings, HashSet<int> reportedLines)
    {
        if (reportedLines.Contains(position.Line) || YamlCharacters.Hidden(text).Select(hidden => (char?)hidden.Character)
            .FirstOrDefault() is not { } hidden)
        {
            return false;
        }

        findings.Add(YamlRules.Hidden, position, $"An escape here makes the character U+{(int)hidden:X4}, which cannot be seen.",
            "Delete it.");
        return true;
    }

    private static void ReportNothing(YamlText text, DefinitionFindings findings)
    {
        if (text.Documents is [] or [Scalar { IsText: false, Value: "" }])
        {
            findings.Add(DefinitionRules.Empty, new Position(1, 1), "The definition is empty.", "Write one; 'init' prints a starter.");
        }
        else
        {
            findings.Add(
                DefinitionRules.WrongType, text.Documents[0].Position, $"The definition is {ScalarKind.Describe(text.Documents[0])}.",
                    "Write keys: repository, clusters.");
        }
    }
}
