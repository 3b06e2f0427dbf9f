using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using PlatformGitOps.Acceptance.Delivery;
using PlatformGitOps.Acceptance.Machine;
using PlatformGitOps.Acceptance.Ports;
using PlatformGitOps.Acceptance.Settings;

namespace PlatformGitOps.Acceptance.Disruption.Live;

/// <summary>
/// The prober's image, made from acceptance/prober on this machine: from scratch, with one static binary; or, where the NativeAOT
/// runtime pack cannot be restored, with a self-contained one and the C library it needs.
/// </summary>
public sealed partial class ProberImage(ICommands commands, IContainerEngine engine)
{
    private static readonly string[] Sources = ["dns", "acceptance/prober"];

    /// <returns>The image's name; built only when none was built from these sources yet.</returns>
    public async Task<string> Ensure(CancellationToken cancellationToken)
    {
        if (SuiteSettings.Current.ProberImage != new SuiteSettings().ProberImage)
        {
            return SuiteSettings.Current.ProberImage;
        }

        var image = $"{SuiteSettings.Current.ProberImage.Split(':')[0]}:{SourceHash()}";
        await Require.Program("docker", cancellationToken);
        if (!await engine.HasImage(image, cancellationToken))
        {
            await Build(image, cancellationToken);
        }

        return image;
    }

    private async Task Build(string image, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("prober-");
        try
        {
            var published = Path.Combine(folder.FullName, "published");
            if (!await Publish("native", published, cancellationToken) && !await Publish("self-contained", published, cancellationToken))
            {
                Assert.Ignore("the prober cannot be published on this machine; name an image that a registry has in the setting prober-image");
            }

            var root = Directory.CreateDirectory(Path.Combine(folder.FullName, "root")).FullName;
            File.Copy(Path.Combine(published, "prober"), Path.Combine(root, "prober"));
            await AddLibraries(root, cancellationToken);
            var archive = Path.Combine(folder.FullName, "root.tar");
            await TarFile.CreateFromDirectoryAsync(root, archive, includeBaseDirectory: false, cancellationToken);
            await commands.Run(new CommandLine("docker", "import", "--change", "ENTRYPOINT [\"/prober\"]", "--change", "USER 65532:65532", archive, image), cancellationToken);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private async Task<bool> Publish(string how, string output, CancellationToken cancellationToken) => (await commands.Run(
        new CommandLine("dotnet", "publish", Path.Combine(Repository.Root, "acceptance", "prober", "Prober.csproj"), $"-p:ProberPublish={how}", "-o", output, "-v", "quiet")
        {
            AnyExitCode = true,
        },
        cancellationToken)).Succeeded;

    /// <summary>ldd names what a dynamic binary loads, the loader too; a static one loads nothing.</summary>
    private async Task AddLibraries(string root, CancellationToken cancellationToken)
    {
        var loaded = await commands.Run(new CommandLine("ldd", Path.Combine(root, "prober")) { AnyExitCode = true }, cancellationToken);
        foreach (Match library in LibraryPath().Matches(loaded.Output))
        {
            var target = Path.Combine(root, library.Value.TrimStart('/'));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(library.Value, target, overwrite: true);
        }
    }

    private static string SourceHash()
    {
        var files = Sources.SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.*", SearchOption.AllDirectories))
            .Where(file => Path.GetExtension(file) is ".cs" or ".csproj").Order(StringComparer.Ordinal);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in files)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(Path.GetRelativePath(Repository.Root, file)));
            hash.AppendData(File.ReadAllBytes(file));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..12];
    }

    [GeneratedRegex(@"(?<=\s)/\S+(?= \()")]
    private static partial Regex LibraryPath();
}
