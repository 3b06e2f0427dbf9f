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
    [TestCase("TZ=UTC  @daily ")]
    [TestCase("0 3 * * *\n")]
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
    [TestCase("H/5 * * * *", "has minute 'H/5', which is neither a number nor a range", Description = "as the file has it")]
    [TestCase("0 3 * JUNE *", "has month 'JUNE', which is neither a number nor a range")]
    [TestCase("@nightly", "is not one of @yearly")]
    [TestCase("@every day", "is not one of @yearly")]
    [TestCase(" @daily", "has 1 field; 5 are expected", Description = "@ is looked for at the first character")]
    [TestCase("@daily\n", "is not one of @yearly", Description = "as a block scalar has it")]
    [TestCase("@every 5m\n", "is not one of @yearly")]
    [TestCase(" TZ=UTC 0 3 * * *", "has 6 fields; 5 are expected")]
    public void Is_refused(string schedule, string problem) => CronSchedule.Problem(schedule).ShouldNotBeNull().ShouldStartWith(problem);

    [TestCase("dns-backup-of-the-configuration-of-every-zone-each-night", 1)]
    [TestCase("dns-backup-of-each-zone-at-night-and-in-the-morning-", 0, Description = "52 characters")]
    [TestCase("${cluster_environment_name}-coredns-configuration-backup", 0, Description = "nobody knows how long it is")]
    public void A_name_is_too_long_where_its_length_is_known(string name, int findings) => OwnObjects.With(
            $"{{apiVersion: batch/v1, kind: CronJob, metadata: {{name: '{name}', namespace: shop}}, spec: {{schedule: '@daily', "
                + "jobTemplate: {spec: {template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: 'web:1'}]}}}}}}")
        .Edit("kubernetes/clusters/infra/coredns.yaml", "    substituteFrom:\n",
            "    substituteFrom:\n      - {kind: Secret, name: made-in-the-cluster}\n")
        .Said("object-refused").Count(text => text.Contains("characters")).ShouldBe(findings);
}
