namespace PlatformGitOps.Controller.Geo;

/// <summary>The folder that CoreDNS reads its zones from.</summary>
internal sealed class ZoneFolder(string path)
{
    /// <summary>Writes each file whole under its name, so that CoreDNS never reads half of one; the weights before the zones.</summary>
    public void Write(IDictionary<string, string> files)
    {
        Directory.CreateDirectory(path);
        foreach (var (name, text) in files.OrderBy(file => file.Key == ZoneText.WeightsFile ? 0 : 1))
        {
            var file = Path.Combine(path, Path.GetFileName(name));
            File.WriteAllText(file + ".new", text);
            File.Move(file + ".new", file, overwrite: true);
        }
    }
}
