
namespace PlatformGitOps.Acceptance.Evidence.Page;

/// <summary>The id of each result's section, so that a cell of the matrix can link to its evidence.</summary>
internal sealed class Anchors
{
    private readonly Dictionary<CheckResult, string> ids = new(ReferenceEqualityComparer.Instance);

    public Anchors(Run run)
    {
        var taken = new HashSet<string>();
        foreach (var result in run.Results)
        {
            var name = Slug($"{result.Cluster} {result.Check} {result.Mode} {result.Title}");
            var id = name;
            for (var n = 2; !taken.Add(id); n++)
            {
                id = $"{name}-{n}";
            }

            ids[result] = id;
        }
    }

    public string this[CheckResult result] => ids[result];

    private static string Slug(string text) =>
        string.Join('-', string.Concat(text.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : ' ')).Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
