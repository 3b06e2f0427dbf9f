namespace PlatformGitOps.Acceptance.Adoption;

/// <summary>The steps of a page such as docs/adoption.md: the suite runs the page's commands.</summary>
public sealed partial record AdoptionGuide(IReadOnlyList<AdoptionGuide.Step> Steps)
{
    /// <summary>The title of the step without a block: the delivery of the tree.</summary>
    public const string Deliver = "Deliver";

    /// <param name="Script">A bash script; null if the section has no block.</param>
    public sealed record Step(string Title, string? Script);

    /// <summary>For the CoreDNS of a distribution.</summary>
    public static AdoptionGuide Committed => Page("adoption.md");

    /// <summary>For a Helm release of an older chart.</summary>
    public static AdoptionGuide OfOlderChart => Page("adoption-chart.md");

    /// <summary>For a CoreDNS of the cluster that learns a substrate's zone.</summary>
    public static AdoptionGuide OfSubstrate => Page("migration.md");

    /// <summary>The text of all blocks.</summary>
    public string Text => string.Join('\n', Steps.Select(step => step.Script));

    public static AdoptionGuide Read(string markdown) => new(
    [
        .. markdown.ReplaceLineEndings("\n").Split("\n## ").Skip(1)
            .Select(section =>
                new Step(section.Split('\n')[0], Block().Match(section) is { Success: true } block ? block.Groups[1].Value : null))
            .Where(step => step.Script is not null || step.Title == Deliver),
    ]);

    /// <summary>A copy without a step.</summary>
    public AdoptionGuide Without(string title) => new([.. Steps.Where(step => step.Title != title)]);

    /// <summary>A copy with a changed block in one step.</summary>
    public AdoptionGuide With(string title, Func<string, string> change) =>
        new([.. Steps.Select(step => step.Title == title ? step with { Script = change(step.Script!) } : step)]);

    private static AdoptionGuide Page(string name) => Read(File.ReadAllText(Path.Combine(Repository.Product, "docs", name)));

    [GeneratedRegex(@"^```sh\n(.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Block();
}

public sealed partial class AdoptionGuideTests
{
    [Test]
    public void Each_guide_is_in_the_packed_suite()
    {
        var packed = File.ReadAllText(Path.Combine(Repository.Root, "acceptance", "Tool", "Tool.csproj"));
        var code = File.ReadAllText(Path.Combine(Repository.Root, "acceptance", "Adoption", "AdoptionGuide.cs"));
        foreach (var page in Pages().Matches(code).Select(match => match.Groups[1].Value))
        {
            packed.ShouldContain($"../../docs/{page}");
        }
    }

    [Test]
    public void Sections_with_a_block_are_steps_and_so_is_the_delivery()
    {
        var guide = AdoptionGuide.Read(
            "# T\n```sh\nno\n```\n## First\nwords\n```sh\none\ntwo\n```\nwords\n## Deliver\nwords\n## Words only\nwords\n## " +
                "Last\n```sh\nthree\n```\n");
        guide.Steps.ShouldBe([new("First", "one\ntwo\n"), new("Deliver", null), new("Last", "three\n")]);
        guide.Without("First").Steps.Select(step => step.Title).ShouldBe(["Deliver", "Last"]);
        guide.With("Last", script => $"four\n{script}").Steps.ShouldBe([guide.Steps[0], guide.Steps[1], new("Last", "four\nthree\n")]);
    }

    [Test]
    public void A_committed_guide_delivers_between_its_first_and_its_last_step()
    {
        foreach (var guide in new[] { AdoptionGuide.Committed, AdoptionGuide.OfOlderChart })
        {
            var titles = guide.Steps.Select(step => step.Title).ToList();
            titles.IndexOf(AdoptionGuide.Deliver).ShouldBeInRange(1, titles.Count - 2);
            titles.ShouldBeUnique();
        }
    }

    [GeneratedRegex("Page\\(\"([\\w-]+\\.md)\"\\)")]
    private static partial Regex Pages();
}
