using System.Reflection;
using PlatformGitOps.Acceptance.Criteria.Running;
using PlatformGitOps.Acceptance.Criteria.Substrate;

namespace PlatformGitOps.Acceptance.Criteria;

/// <summary>All static checks of all criteria, for every cluster; <see cref="RunningClusterTests"/> has the live ones.</summary>
public sealed class CriteriaTests
{
    private static IEnumerable<TestCaseData> StaticChecks() =>
        from check in Catalog.Checks
        where check.Static is not null
        from role in Repository.Roles
        select Case(check, role, CheckMode.Static);

    [TestCaseSource(nameof(StaticChecks))]
    public void Holds_in_the_rendered_tree(Check check, string role, CheckMode mode) =>
        check.RunStatic(RenderedCluster.From(Repository.Tree, role));

    /// <summary>
    /// Categories: Check (tests without it are tests of the product), the criterion, the mode, Story for the story's criteria, and ZeroLoss
    /// for planned changes that no client may notice.
    /// </summary>
    internal static TestCaseData Case(Check check, string role, CheckMode mode)
    {
        var test = new TestCaseData(check, role, mode)
            .SetName($"{check.Id} {Expectation.TitleOf(check, [role])} [{role}, {mode.ToString().ToLowerInvariant()}]")
            .SetCategory("Check").SetCategory(check.Criterion.Id).SetCategory(mode.ToString());
        if (check.Criterion.Id.StartsWith("AC", StringComparison.Ordinal))
        {
            test.SetCategory("Story");
        }

        if (mode == CheckMode.Live && check.Live!.ZeroLoss)
        {
            test.SetCategory("ZeroLoss");
        }

        return test;
    }
}

public sealed class CatalogTests
{
    [Test]
    public void Every_criterion_of_the_story_is_checked_statically_and_live()
    {
        var story = Catalog.Checks.Where(check => check.Criterion.Id.StartsWith("AC", StringComparison.Ordinal))
            .GroupBy(check => check.Criterion.Id).ToList();
        story.Select(criterion => criterion.Key)
            .ShouldBe(Enumerable.Range(1, story.Count).Select(number => $"AC{number}"),
                "a criterion has no checks");
        story.ShouldAllBe(criterion => criterion.Any(check => check.Static != null) && criterion.Any(check => check.Live != null));
    }

    [Test]
    public void Every_live_check_has_a_command() => Catalog.Checks
        .Where(check => check.Live is not null && check.Line.Command is null && check.Criterion.Id != "Troubleshooting")
        .Select(check => check.Id).ShouldBeEmpty();

    [Test]
    public void Every_id_is_used_once() => Catalog.Checks.Select(check => check.Id).ShouldBeUnique();

    [Test]
    public void Every_method_answers_a_line_and_every_line_has_a_method()
    {
        var answered = typeof(Catalog).Assembly.GetTypes().SelectMany(type => type.GetMethods())
            .Select(method => method.GetCustomAttribute<StaticCheckAttribute>()?.Id ?? method.GetCustomAttribute<LiveCheckAttribute>()?.Id
                ?? method.GetCustomAttribute<HostCheckAttribute>()?.Id)
            .OfType<string>();
        answered.Distinct().ShouldBe(Catalog.Checks.Select(check => check.Id), ignoreOrder: true);
    }

    [Test]
    public void Every_sabotage_and_companion_names_a_check() =>
        Sabotages.Static.Select(sabotage => sabotage.Check)
            .Concat(Sabotages.Live.SelectMany(sabotage => sabotage.Companions.Keys.Append(sabotage.Check)))
            .Except(Catalog.Checks.Select(check => check.Id)).ShouldBeEmpty();
}
