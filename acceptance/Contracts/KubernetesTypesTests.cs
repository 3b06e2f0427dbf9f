using System.Reflection;
using System.Text.Json.Serialization;
using k8s.Models;

namespace PlatformGitOps.Acceptance.Contracts;

/// <summary>
/// The data file of Kubernetes' objects beside the types of KubernetesClient, which are made from Kubernetes' own OpenAPI, and how the
/// file is made.
/// </summary>
public sealed class KubernetesTypesTests
{
    [Test]
    public async Task The_data_of_the_generator_is_what_the_types_of_the_client_make_of_it()
    {
        var path = Path.Combine(Repository.Root, "generator", "Flux", "Definitions", "kubernetes.yaml");
        if (SuiteSettings.Current.WriteDocuments)
        {
            await File.WriteAllTextAsync(path, KubernetesTypes.Write());
        }

        (await File.ReadAllTextAsync(path)).ShouldBe(
            KubernetesTypes.Write(), "run again with ACCEPTANCE_WRITE_DOCUMENTS=true and commit the file");
    }
}

/// <summary>Writes the types of objects as the data file has them.</summary>
internal static class KubernetesTypes
{
    /// <summary>The kinds that a repository of the product is likely to have.</summary>
    private static readonly Type[] Kinds =
    [
        typeof(V1ConfigMap), typeof(V1CronJob), typeof(V1DaemonSet), typeof(V1Deployment), typeof(V1Ingress), typeof(V1Job),
        typeof(V1Namespace), typeof(V1NetworkPolicy), typeof(V1PersistentVolumeClaim), typeof(V1Pod), typeof(V1PodDisruptionBudget),
        typeof(V1PriorityClass), typeof(V1ClusterRole), typeof(V1ClusterRoleBinding), typeof(V1ReplicaSet), typeof(V1Role),
        typeof(V1RoleBinding), typeof(V1Secret), typeof(V1Service), typeof(V1ServiceAccount), typeof(V1StatefulSet),
        typeof(V2HorizontalPodAutoscaler),
    ];

    /// <summary>The day on which the package was read last.</summary>
    private const string Read = "2026-12-01";

    private static readonly Dictionary<Type, string> Words = new()
    {
        [typeof(string)] = "text",
        [typeof(DateTime)] = "text",
        [typeof(byte[])] = "text",
        [typeof(bool)] = "boolean",
        [typeof(int)] = "integer",
        [typeof(long)] = "integer",
        [typeof(IntOrString)] = "integerOrText",
        [typeof(ResourceQuantity)] = "quantity",
        [typeof(object)] = "any",
    };

    private static readonly Dictionary<string, string> WordsOfMappings = new() { ["text"] = "labels", ["quantity"] = "quantities" };

    public static string Write()
    {
        var text = new StringBuilder($"""
            # What objects of Kubernetes take: KubernetesTypesTests of the acceptance suite makes it from the types of the package
            # KubernetesClient, which are made from the OpenAPI of the release. A list has one item, the type of its items; 'labels' is a
            # mapping of texts, 'quantities' one of amounts. A word with a capital is a type further down.
            read: {Read}
            release: {Release}
            kinds:

            """);
        foreach (var kind in Kinds.OrderBy(NameOf, StringComparer.Ordinal))
        {
            var entity = kind.GetCustomAttribute<KubernetesEntityAttribute>()!;
            text.Append($"  {entity.Kind} {(entity.Group.Length == 0 ? "" : entity.Group + "/")}{entity.ApiVersion}: {NameOf(kind)}\n");
        }

        text.Append("types:\n");
        var known = new SortedDictionary<string, Type>(StringComparer.Ordinal);
        foreach (var kind in Kinds)
        {
            Collect(kind, known);
        }

        foreach (var (name, type) in known)
        {
            text.Append($"  {name}:\n");
            foreach (var (key, property) in Properties(type).OrderBy(pair => pair.Key, StringComparer.Ordinal))
            {
                text.Append($"    {key}: {WordOf(property)}\n");
            }
        }

        return text.ToString();
    }

    /// <summary>Without its patch, such as 1.37.</summary>
    private static string Release => string.Join('.', typeof(V1Pod).Assembly.GetTypes()
        .SelectMany(type => type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
        .Where(constant => constant is { IsLiteral: true, Name: "KubernetesSwaggerVersion" })
        .Select(constant => (string)constant.GetRawConstantValue()!).First().TrimStart('v').Split('.').Take(2));

    private static void Collect(Type type, SortedDictionary<string, Type> known)
    {
        if (known.TryGetValue(NameOf(type), out var other))
        {
            other.ShouldBe(type, "two types have one name");
            return;
        }

        known.Add(NameOf(type), type);
        foreach (var (_, property) in Properties(type))
        {
            var inner = property;
            while (ItemOf(inner) is { } item)
            {
                inner = item;
            }

            if (!Words.ContainsKey(inner) && ValueOf(inner) is null)
            {
                Collect(inner, known);
            }
        }
    }

    /// <summary>What the API server alone writes is not judged.</summary>
    private static IEnumerable<(string Key, Type Type)> Properties(Type type) =>
        from property in type.GetProperties()
        let name = property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name
        where name is not null
        select (name, name is "status" or "managedFields" ? typeof(object) : Plain(property.PropertyType));

    private static Type Plain(Type type) => Nullable.GetUnderlyingType(type) ?? type;

    private static string WordOf(Type type) => Words.TryGetValue(type, out var word) ? word
        : ItemOf(type) is { } item ? $"[{WordOf(item)}]"
        : ValueOf(type) is { } value ? WordsOfMappings.GetValueOrDefault(WordOf(value), "any")
        : NameOf(type);

    private static Type? ItemOf(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IList<>)
        ? Plain(type.GetGenericArguments()[0]) : null;

    private static Type? ValueOf(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IDictionary<,>)
        ? Plain(type.GetGenericArguments()[1]) : null;

    private static string NameOf(Type type) => Regex.Replace(type.Name, "^V1(?=[A-Z])", "");
}
