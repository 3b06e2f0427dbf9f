using System.Text.Json;
using PlatformGitOps.KubeClient.Json;
using PlatformGitOps.KubeClient.Objects;
using PlatformGitOps.KubeClient.Requests;

namespace PlatformGitOps.KubeClient;

public sealed partial class KubernetesClient
{
    /// <summary>One page. <paramref name="ns"/> null means all namespaces.</summary>
    public Task<ResourceList<T>> ListPageAsync<T>(
        ResourceType<T> type, string? ns, ListQuery query, string? continueToken, CancellationToken cancellationToken)
        where T : class
    {
        var path = type.Path(ns);
        return AskAsync(
            HttpMethod.Get,
            path + query.ToQuery(continueToken),
            null,
            async (answer, token) =>
            {
                try
                {
                    await using var stream = await answer.ReadAsStreamAsync(token);
                    using var document = await JsonDocument.ParseAsync(stream, default, token);
                    return Page(type, document.RootElement);
                }
                catch (Exception e) when (e is JsonException or InvalidOperationException)
                {
                    throw Nonsense(HttpMethod.Get, path);
                }
            },
            cancellationToken);
    }

    /// <summary>All pages. When the snapshot runs out between two pages (410), the whole list is fetched once without pages.</summary>
    public async Task<ResourceList<T>> ListAsync<T>(
        ResourceType<T> type, string? ns, ListQuery query, CancellationToken cancellationToken)
        where T : class
    {
        var items = new List<T>();
        var token = (string?)null;
        do
        {
            ResourceList<T> page;
            try
            {
                page = await ListPageAsync(type, ns, query, token, cancellationToken);
            }
            catch (ApiException e) when (e.IsGone && token is not null)
            {
                return await ListPageAsync(type, ns, query with { PageSize = 0, ResourceVersion = null }, null, cancellationToken);
            }

            items.AddRange(page.Items);
            token = page.Continue;
            if (token is null)
            {
                return page with { Items = items };
            }
        }
        while (true);
    }

    private static ResourceList<T> Page<T>(ResourceType<T> type, JsonElement root)
        where T : class
    {
        var meta = root.GetProperty("metadata").Deserialize(KubeJson.Default.ListMeta);
        var items = new List<T>();
        // An empty list of some kinds is written as null.
        if (root.TryGetProperty("items", out var array) && array.ValueKind == JsonValueKind.Array)
        {
            items.EnsureCapacity(array.GetArrayLength());
            items.AddRange(array.EnumerateArray().Select(item => item.Deserialize(type.Json)).OfType<T>());
        }

        return new ResourceList<T>
        {
            Items = items,
            ResourceVersion = meta?.ResourceVersion ?? "",
            Continue = string.IsNullOrEmpty(meta?.Continue) ? null : meta.Continue,
            RemainingItemCount = meta?.RemainingItemCount,
        };
    }
}
