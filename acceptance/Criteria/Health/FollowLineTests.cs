namespace PlatformGitOps.Acceptance.Criteria.Health;

public sealed class FollowLineTests
{
    private const string Log = """
        {"at":"2026-01-01T00:00:00Z","server":"10.0.0.1","name":"web","outcome":"ok","answers":["1","2"]}
        {"at":"2026-01-01T00:00:00Z","server":"10.0.0.2","name":"web","outcome":"ok","answers":["1","2"]}
        {"at":"2026-01-01T00:00:05Z","server":"10.0.0.1","name":"web","outcome":"ok","answers":["2"]}
        {"at":"2026-01-01T00:00:06Z","server":"10.0.0.1","name":"web","outcome":"timeout","answers":[]}
        {"at":"2026-01-01T00:00:07Z","server":"10.0.0.1","name":"web","outcome":"ok","answers":["2"]}

        """;

    private static readonly string[] Both = ["10.0.0.1", "10.0.0.2"];

    [Test]
    public void One_server_that_still_names_it_is_not_yet() => Since(Log).ShouldBeNull();

    [Test]
    public void The_last_server_counts_and_a_lost_question_does_not() =>
        Since(Log + """{"at":"2026-01-01T00:00:06.5Z","server":"10.0.0.2","name":"web","outcome":"nodata","answers":[]}""")
            .ShouldBe(new DateTimeOffset(2026, 1, 1, 0, 0, 6, 500, TimeSpan.Zero));

    [Test]
    public void An_answer_that_came_back_for_a_moment_counts_from_its_end() =>
        FollowLine.Since(
            FollowLine.Read(Log + """
                {"at":"2026-01-01T00:00:08Z","server":"10.0.0.1","name":"web","outcome":"ok","answers":["1","2"]}
                {"at":"2026-01-01T00:00:09Z","server":"10.0.0.1","name":"web","outcome":"ok","answers":["2"]}
                """), "web", ["10.0.0.1"], answers => !answers.Contains("1"))
            .ShouldBe(new DateTimeOffset(2026, 1, 1, 0, 0, 9, TimeSpan.Zero));

    private static DateTimeOffset? Since(string log) => FollowLine.Since(FollowLine.Read(log), "web", Both, answers => !answers.Contains("1"));
}
