using PlatformGitOps.Generator.Lint;

namespace PlatformGitOps.Generator.Tests.Lint;

/// <summary>As robfig/cron reads a schedule for the API server.</summary>
public sealed class CronScheduleTests
{
    [TestCase("* * * * *")]
    [TestCase("*/15 0-6,20-23 1,15 * MON-fri")]
    [TestCase("5/99 ? 1-31/2 jan,12 0")]
    [TestCase("  00 03 * * 6 ")]
    [TestCase("@daily")]
    [TestCase("@every 1h30m")]
    [TestCase("CRON_TZ=Europe/Berlin 0 3 * * *")]
    public void Is_taken(string schedule) => CronSchedule.Problem(schedule).ShouldBeNull();

    [TestCase("* * * *", "has 4 fields in place of 5")]
    [TestCase("0 0 3 * * 0", "has 6 fields in place of 5")]
    [TestCase("60 * * * *", "has '60' as minute, of which there are 0 to 59")]
    [TestCase("0 24 * * *", "has '24' as hour, of which there are 0 to 23")]
    [TestCase("0 3 0 * *", "has '0' as day of the month, of which there are 1 to 31")]
    [TestCase("0 3 * 13 *", "has '13' as month, of which there are 1 to 12")]
    [TestCase("0 3 * * 7", "has '7' as day of the week, of which there are 0 to 6")]
    [TestCase("0 3 * * sunday", "has 'sunday' as day of the week")]
    [TestCase("30-10 * * * *", "has '30-10' as minute, which ends before it begins")]
    [TestCase("*/0 * * * *", "has '*/0' as minute, whose step is not a number above 0")]
    [TestCase("1-2-3 * * * *", "has '1-2-3' as minute")]
    [TestCase("1/2/3 * * * *", "has '1/2/3' as minute")]
    [TestCase("-5 * * * *", "has '-5' as minute")]
    [TestCase("@nightly", "is not one of @yearly")]
    [TestCase("@every day", "is not one of @yearly")]
    public void Is_refused(string schedule, string problem) => CronSchedule.Problem(schedule).ShouldNotBeNull().ShouldStartWith(problem);
}
