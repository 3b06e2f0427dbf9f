using Microsoft.AspNetCore.Http;

namespace PlatformGitOps.Acceptance.Criteria.ExternalDns.Providers;

/// <summary>
/// Checks the signature of an AWS request, version 4 (docs.aws.amazon.com, "Create a signed AWS API request"): it is valid only if both
/// sides have the same secret key.
/// </summary>
internal static class AwsSignature
{
    private const string Algorithm = "AWS4-HMAC-SHA256";

    public static bool Holds(HttpRequest request, string body, string keyId, string secretKey)
    {
        var header = request.Headers.Authorization.ToString();
        if (!header.StartsWith(Algorithm + " ", StringComparison.Ordinal))
        {
            return false;
        }

        var parts = header[Algorithm.Length..].Split(',', StringSplitOptions.TrimEntries)
            .Select(part => part.Split('=', 2)).ToDictionary(part => part[0].Trim(), part => part[1]);
        var credential = parts["Credential"].Split('/', 2);
        var scope = credential[1];
        var canonical = string.Join('\n',
            request.Method,
            request.Path.Value,
            Query(request),
            string.Concat(parts["SignedHeaders"].Split(';').Select(name => $"{name}:{Value(request, name)}\n")),
            parts["SignedHeaders"],
            Hash(body));
        var toSign = string.Join('\n', Algorithm, request.Headers["X-Amz-Date"].ToString(), scope, Hash(canonical));
        var key = scope.Split('/').Aggregate(Encoding.UTF8.GetBytes("AWS4" + secretKey), Mac);
        return credential[0] == keyId && Convert.ToHexStringLower(Mac(key, toSign)) == parts["Signature"];
    }

    private static string Query(HttpRequest request) => string.Join('&', request.Query
        .SelectMany(pair => pair.Value, (pair, value) => $"{Uri.EscapeDataString(pair.Key)}={Uri.EscapeDataString(value ?? "")}")
        .Order(StringComparer.Ordinal));

    private static string Value(HttpRequest request, string name) => name switch
    {
        "host" => request.Host.Value ?? "",
        _ => string.Join(',', request.Headers[name].Select(value => value?.Trim())),
    };

    private static byte[] Mac(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
