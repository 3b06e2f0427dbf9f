namespace PlatformGitOps.Acceptance.Criteria.Live;

/// <summary>The rights of an account: by the rules of a role, and by the API server.</summary>
internal static class AccountRights
{
    /// <summary>One line for each verb, resource and name, as in <see cref="In"/>.</summary>
    public static IEnumerable<string> Of(Resource role) =>
        from rule in role.Parts("rules")
        from resource in rule.Texts("resources")
        from verb in rule.Texts("verbs")
        from name in rule.Texts("resourceNames").DefaultIfEmpty("any")
        select $"{verb} {string.Join(',', rule.Texts("apiGroups"))}/{resource} {name}";

    /// <summary>The account's rights in a namespace (SelfSubjectRulesReview), without those of every account.</summary>
    /// <param name="user">For example <c>system:serviceaccount:kube-system:geo-dns</c>.</param>
    public static async Task<IReadOnlyList<string>> In(
        LiveCluster cluster, string user, string place, CancellationToken cancellationToken)
    {
        var review = new JsonObject
        {
            ["apiVersion"] = "authorization.k8s.io/v1",
            ["kind"] = "SelfSubjectRulesReview",
            ["spec"] = new JsonObject { ["namespace"] = place },
        };
        var answer = new Resource(
            JsonNode.Parse((await Create(cluster, [review], cancellationToken, "--as", user)).StandardOutput)!.AsObject());
        return
        [
            .. from rule in answer.Parts("status.resourceRules")
               where !rule.Texts("apiGroups").Any(name => name is "authorization.k8s.io" or "authentication.k8s.io")
               from resource in rule.Texts("resources")
               from verb in rule.Texts("verbs")
               from only in rule.Texts("resourceNames").DefaultIfEmpty("any")
               select $"{verb} {string.Join(',', rule.Texts("apiGroups"))}/{resource} {only}",
        ];
    }

    /// <summary>Reviews are not stored; kubectl prints the API server's answer.</summary>
    public static CommandTask<BufferedCommandResult> Create(
        LiveCluster cluster, IReadOnlyList<JsonObject> reviews, CancellationToken cancellationToken,
        params IReadOnlyList<string> options) =>
        // Without client-side validation: the impersonated account may not read the schema for it.
        Cli.Wrap("kubectl")
            .WithArguments(
            [
                "create", "--validate=false", "--kubeconfig", cluster.Cluster.Context.ConfigFile,
                "--context", cluster.Cluster.Context.Name, "-o", "json", "-f", "-", .. options,
            ])
            .WithStandardInputPipe(PipeSource.FromString(string.Join('\n', reviews.Select(review => review.ToJsonString()))))
            .ExecuteBufferedAsync(cancellationToken);
}
