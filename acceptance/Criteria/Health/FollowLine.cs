using System.Text.Json;

namespace PlatformGitOps.Acceptance.Criteria.Health;

/// <summary>What a DNS server answers from this moment on, as <c>prober follow</c> tells it.</summary>
internal sealed record FollowLine(DateTimeOffset At, string Server, string Name, string Outcome, IReadOnlyList<string> Answers)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>The lines that are answers; a question that was lost on the way says nothing about what DNS knows.</summary>
    public static IReadOnlyList<FollowLine> Read(string log) =>
    [
        .. log.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line.StartsWith('{'))
            .Select(line => JsonSerializer.Deserialize<FollowLine>(line, Json)!)
            .Where(line => line.Outcome is "ok" or "nodata" or "nxdomain"),
    ];

    /// <summary>
    /// When the last of the servers began to answer so that it stayed so; null while one of them does not.
    /// </summary>
    /// <param name="holds">Whether answers are as they are waited for.</param>
    public static DateTimeOffset? Since(IEnumerable<FollowLine> lines, string name, IReadOnlyCollection<string> servers, Func<IReadOnlyList<string>, bool> holds)
    {
        var latest = DateTimeOffset.MinValue;
        foreach (var server in servers)
        {
            var told = lines.Where(line => line.Server == server && line.Name == name).ToList();
            if (told.Count == 0 || !holds(told[^1].Answers))
            {
                return null;
            }

            var since = told[^1].At;
            for (var i = told.Count - 1; i >= 0 && holds(told[i].Answers); i--)
            {
                since = told[i].At;
            }

            latest = since > latest ? since : latest;
        }

        return latest;
    }
}
