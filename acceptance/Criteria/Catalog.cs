using System.Globalization;
using System.Reflection;
using PlatformGitOps.Acceptance.Criteria.Live;
using PlatformGitOps.Acceptance.Rendering;

namespace PlatformGitOps.Acceptance.Criteria;

/// <summary>Every row of every criterion, in the order of their ids.</summary>
public static class Catalog
{
    public static IReadOnlyList<Row> Rows { get; } =
    [
        .. typeof(Catalog).Assembly.GetTypes()
            .Where(type => type.GetCustomAttribute<CriterionAttribute>() is not null)
            .SelectMany(RowsOf)
            .OrderBy(row => row.Criterion, StringComparer.Ordinal)
            .ThenBy(row => int.Parse(row.Id.Split('.')[1], CultureInfo.InvariantCulture)),
    ];

    private static IEnumerable<Row> RowsOf(Type type)
    {
        var criterion = type.GetCustomAttribute<CriterionAttribute>()!;
        return from method in type.GetMethods(BindingFlags.Public | BindingFlags.Static)
               let row = method.GetCustomAttribute<RowAttribute>()
               where row is not null
               group (method, row) by (row.Id, row.Title) into halves
               let still = halves.SingleOrDefault(half => half.method.GetParameters()[0].ParameterType == typeof(RenderedCluster))
               let live = halves.SingleOrDefault(half => half.method.GetParameters()[0].ParameterType == typeof(LiveCluster))
               select new Row
               {
                   Id = halves.Key.Id,
                   Title = halves.Key.Title,
                   Criterion = criterion.Id,
                   CriterionText = criterion.Text,
                   StaticSees = still.row?.Sees,
                   LiveSees = live.row?.Sees,
                   Disturbs = live.row?.Disturbs ?? false,
                   Static = still.method?.CreateDelegate<Action<RenderedCluster>>(),
                   Live = live.method?.CreateDelegate<Func<LiveCluster, CancellationToken, Task>>(),
               };
    }
}
