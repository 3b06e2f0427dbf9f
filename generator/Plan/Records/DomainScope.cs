namespace PlatformGitOps.Generator.Plan.Records;

/// <summary>The names at and below a domain, without those at or below some others.</summary>
/// <param name="Domain">In lower case, without a dot at its end; empty for every name.</param>
/// <param name="Without">Domains below it.</param>
internal sealed record DomainScope(string Domain, IReadOnlyList<string> Without)
{
    public bool Holds(string name) => IsBelow(name, Domain) && !Without.Any(domain => IsBelow(name, domain));

    public static bool IsBelow(string name, string domain) =>
        domain.Length == 0 || DomainName.IsIn(name, domain);

    public static string Normal(string name) => name.Trim().TrimEnd('.').ToLowerInvariant();

    /// <summary>Such as <c>names below example.com, but not below shop.example.com</c>.</summary>
    public override string ToString() => (Domain.Length == 0 ? "names" : $"names below {Domain}")
        + (Without.Count == 0 ? "" : $", but not below {string.Join(" and ", Without)}");
}
