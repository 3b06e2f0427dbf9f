namespace PlatformGitOps.Generator.Tests.Lint;

/// <summary>Which names of variables and annotations ask for a credential, and which values are one.</summary>
public sealed class SecretNameTests
{
    private const string Rule = "secret-in-object";

    [TestCase("CLIENT_SECRET", "a1b2c3d4e5f6", true)]
    [TestCase("CLIENT_SECRET", "0a1b2c3d-4e5f-6789-abcd-ef0123456789", true, Description = "a UUID has the form of a name")]
    [TestCase("API_TOKEN", "hunter2-hunter2", true)]
    [TestCase("TLS_SECRET", "wildcard-2024", false, Description = "the name of a Secret")]
    [TestCase("CREDENTIALS_SECRET", "team1-db-creds", false)]
    [TestCase("DB_SECRETS", "shop-db-1", false)]
    [TestCase("TOKEN_REFRESH_INTERVAL", "3600000ms", false)]
    [TestCase("TOKEN_TIMEOUT", "3600000ms", false)]
    [TestCase("AUTH_TOKEN_HEADER", "X-Auth-Token-2", false)]
    [TestCase("TOKEN_PREFIX", "Bearer2024", false)]
    [TestCase("JWT_KID", "key-2024-01", false)]
    [TestCase("SECRET_VERSION", "v1.2.3-rc4", false)]
    [TestCase("ACCESS_KEY_ID", "dns-writer-7", false)]
    [TestCase("SECRET_KEY_ID", "0a1b2c3d4e5f", false)]
    [TestCase("VAULT_SECRET_ID", "0a1b2c3d-4e5f-6789-abcd-ef0123456789", true, Description = "AppRole's password is called its secret ID")]
    [TestCase("vaultSecretId", "0a1b2c3d4e5f", true)]
    [TestCase("SECRET_ID", "shop-db-1", false, Description = "the name of a Secret")]
    [TestCase("SECRET_ID", "shop_db_1_password", false, Description = "the name of a secret of AWS or Google")]
    [TestCase("DB_SECRET_ID", "'arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop-AbC123'", false)]
    [TestCase("AWS_SECRET_ID", "prod/mysql8/app", false)]
    [TestCase("GCP_SECRET_ID", "projects/123/secrets/shop", false)]
    [TestCase("AZURE_CLIENT_SECRET_ID", "0a1b2c3d-4e5f-6789-abcd-ef0123456789", false, Description = "of the secret, beside its value")]
    public void A_variable(string name, string value, bool isFound)
    {
        var said = OwnObjects.With("{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop}, spec: {containers: [{name: web, "
            + $"image: 'web:1', env: [{{name: {name}, value: {value}}}]}}]}}}}").Check().Where(finding => finding.Rule == Rule).ToArray();
        said.Length.ShouldBe(isFound ? 1 : 0);
        said.ShouldAllBe(finding => finding.Fix.Contains("valueFrom.secretKeyRef"));
    }

    [TestCase("example.com/api-token", "hunter2hunter2", true)]
    [TestCase("nginx.ingress.kubernetes.io/auth-secret", "basic-auth-1", false)]
    [TestCase("example.com/token-class", "standard-2", false)]
    [TestCase("example.com/secret-id", "0a1b2c3d-4e5f-6789-abcd-ef0123456789", true)]
    public void An_annotation(string name, string value, bool isFound)
    {
        var said = OwnObjects.With($"{{apiVersion: v1, kind: ConfigMap, metadata: {{name: own, namespace: shop, "
            + $"annotations: {{{name}: {value}}}}}}}").Check().Where(finding => finding.Rule == Rule).ToArray();
        said.Length.ShouldBe(isFound ? 1 : 0);
        said.ShouldAllBe(finding => finding.Fix.StartsWith(
            "Revoke it, and keep it in a Secret that the reader of the annotation reads.", StringComparison.Ordinal));
    }

    /// <summary>Of a form that is known it is found as a credential, whatever its name.</summary>
    [Test]
    public void One_of_a_known_form_is_found_once() => OwnObjects.With(
            "{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop}, spec: {containers: [{name: web, image: 'web:1', "
                + $"env: [{{name: API_TOKEN, value: ghp_{new string('a', 36)}}}]}}]}}}}").Check()
        .Select(finding => finding.Rule).Where(rule => rule.StartsWith("secret-", StringComparison.Ordinal))
        .ShouldBe(["secret-in-plain-text"]);
}
