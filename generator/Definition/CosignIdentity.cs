namespace PlatformGitOps.Generator.Definition;

/// <summary>A keyless cosign signer, both parts as regular expressions, as Flux matches them.</summary>
/// <param name="Issuer">The OIDC issuer, for example <c>^https://token\.actions\.githubusercontent\.com$</c>.</param>
/// <param name="Subject">The identity, for example a workflow of a repository.</param>
public sealed record CosignIdentity(string Issuer, string Subject);
