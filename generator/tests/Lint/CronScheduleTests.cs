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

    [TestCase("* * * *", "has 4 fields; 5 are expected")]
    [TestCase("0 0 3 * * 0", "has 6 fields; 5 are expected")]
    [TestCase("60 * * * *", "has minute '60', which is not within 0 to 59")]
    [TestCase("0 24 * * *", "has hour '24', which is not within 0 to 23")]
    [TestCase("0 3 0 * *", "has day of the month '0', which is not within 1 to 31")]
    [TestCase("0 3 * 13 *", "has month '13', which is not within 1 to 12")]
    [TestCase("0 3 * * 7", "has day of the week '7', which is not within 0 to 6")]
    [TestCase("0 3 * * sunday", "has day of the week 'sunday', which is neither a number nor a range")]
    [TestCase("30-10 * * * *", "has minute '30-10', a range that ends before it begins")]
    [TestCase("*/0 * * * *", "has minute '*/0', whose step is not a number above 0")]
    [TestCase("1-2-3 * * * *", "has minute '1-2-3', which is neither a number nor a range")]
    [TestCase("1/2/3 * * * *", "has minute '1/2/3', which is neither a number nor a range")]
    [TestCase("-5 * * * *", "has minute '-5', which is neither a number nor a range")]
    [TestCase("@nightly", "is not one of @yearly")]
    [TestCase("@every day", "is not one of @yearly")]
    public void Is_refused(string schedule, string problem) => CronSchedule.Problem(schedule).ShouldNotBeNull().ShouldStartWith(problem);
}
