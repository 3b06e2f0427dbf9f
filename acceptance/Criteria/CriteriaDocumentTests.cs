using PlatformGitOps.Acceptance.Delivery;
using PlatformGitOps.Acceptance.Settings;

namespace PlatformGitOps.Acceptance.Criteria;

public sealed class CriteriaDocumentTests
{
    [Test]
    public async Task The_committed_criteria_md_is_what_the_tests_say()
    {
        var path = Path.Combine(Repository.Root, "docs", "criteria.md");
        if (SuiteSettings.Current.WriteDocuments)
        {
            await File.WriteAllTextAsync(path, CriteriaDocument.Write());
        }

        (await File.ReadAllTextAsync(path)).ShouldBe(
            CriteriaDocument.Write(), "run again with ACCEPTANCE_WRITE_DOCUMENTS=true and commit the file");
    }
}
