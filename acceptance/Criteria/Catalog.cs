using System.Reflection;
using PlatformGitOps.Acceptance.Criteria.Substrate;

namespace PlatformGitOps.Acceptance.Criteria;

/// <summary>All checks of all criteria, found by their attributes and sorted by id.</summary>
public static class Catalog
{
    public static IReadOnlyList<Check> Checks { get; } =
    [
        .. Criteria().SelectMany(ChecksOf).OrderBy(check => check.Criterion.Id, StringComparer.Ordinal)
            .ThenBy(check => int.Parse(check.Id.Split('.')[1], CultureInfo.InvariantCulture)),
    ];

    /// <summary>The criteria with the classes that contain their checks and sabotages.</summary>
    internal static IEnumerable<(CriterionAttribute Criterion, IReadOnlyList<Type> Classes)> Criteria() =>
        from type in typeof(Catalog).Assembly.GetTypes()
        group type by type.GetCustomAttribute<ChecksOfAttribute>()?.Criterion ?? type into classes
        let criterion = classes.Key.GetCustomAttribute<CriterionAttribute>()
        where criterion is not null
        select (criterion, (IReadOnlyList<Type>)[.. classes.OrderBy(type => type.Name, StringComparer.Ordinal)]);

    private static IEnumerable<Check> ChecksOf((CriterionAttribute Criterion, IReadOnlyList<Type> Classes) criterion)
    {
        var methods = criterion.Classes.SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Static)).ToArray();
        return criterion.Classes.SelectMany(type => type.GetCustomAttributes<CheckAttribute>()).Select(line =>
        {
            var (still, running, host) = (
                Find<StaticCheckAttribute>(check => check.Id == line.Id), Find<LiveCheckAttribute>(check => check.Id == line.Id),
                Find<HostCheckAttribute>(check => check.Id == line.Id));
            return new Check
            {
                Criterion = criterion.Criterion,
                Line = line,
                Static = still?.GetCustomAttribute<StaticCheckAttribute>(),
                Live = running?.GetCustomAttribute<LiveCheckAttribute>(),
                StaticMethod = still?.CreateDelegate<Action<RenderedCluster>>(),
                Host = host?.GetCustomAttribute<HostCheckAttribute>(),
                HostMethod = host?.CreateDelegate(typeof(Func<,,>).MakeGenericType(
                    host.GetParameters()[0].ParameterType, typeof(CancellationToken), typeof(Task))),
                LiveMethod = running?.CreateDelegate<Func<LiveCluster, CancellationToken, Task>>(),
            };
        });

        MethodInfo? Find<T>(Func<T, bool> matches) where T : Attribute =>
            methods.SingleOrDefault(method => method.GetCustomAttribute<T>() is { } attribute && matches(attribute));
    }
}

/// <summary>The sabotages of all criteria: each is a change that one check must detect.</summary>
public static class Sabotages
{
    public static IReadOnlyList<StaticSabotage> Static { get; } = All<StaticSabotage>();

    public static IReadOnlyList<LiveSabotage> Live { get; } = All<LiveSabotage>();

    /// <summary>Sabotages of checks that run real servers on this machine.</summary>
    public static IReadOnlyList<HostSabotage> Host { get; } = All<HostSabotage>();

    private static List<T> All<T>() =>
    [
        .. Catalog.Criteria().OrderBy(criterion => criterion.Criterion.Id, StringComparer.Ordinal)
            .SelectMany(criterion => criterion.Classes)
            .SelectMany(type => type.GetProperties(BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.Static))
            .Where(property => property.PropertyType == typeof(IReadOnlyList<T>))
            .SelectMany(property => (IReadOnlyList<T>)property.GetValue(null)!),
    ];
}
