namespace PlatformGitOps.Acceptance.Adoption;

public sealed class AdoptionGuideTests
{
    [Test]
    public void Sections_with_a_block_are_steps_and_so_is_the_delivery()
    {
        var guide = AdoptionGuide.Read(
            "# T\n```sh\nno\n```\n## First\nwords\n```sh\none\ntwo\n```\nwords\n## Deliver\nwords\n## Words only\nwords\n## " +
                "Last\n```sh\nthree\n```\n");
        guide.Steps.ShouldBe([new("First", "one\ntwo\n"), new("Deliver", null), new("Last", "three\n")]);
        guide.Without("First").Steps.Select(step => step.Title).ShouldBe(["Deliver", "Last"]);
    }

    [Test]
    public void The_committed_guide_delivers_between_its_first_and_its_last_step()
    {
        var titles = AdoptionGuide.Committed.Steps.Select(step => step.Title).ToList();
        titles.IndexOf(AdoptionGuide.Deliver).ShouldBeInRange(1, titles.Count - 2);
        titles.ShouldBeUnique();
    }
}
