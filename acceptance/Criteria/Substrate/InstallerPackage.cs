namespace PlatformGitOps.Acceptance.Criteria.Substrate;

/// <summary>
/// A package of globular-installer: parses and runs its steps like that program (github.com/globulario/globular-installer at 9d99b65:
/// pkg/installer/spec/model.go, specplan_builder.go, run_script_step.go, health_checks_step.go). The installer ignores unknown keys, so a
/// misspelled one silently becomes a default.
/// </summary>
internal sealed record InstallerPackage(IReadOnlyList<InstallerStep> Steps)
{
    private const string Texts = "texts", Text = "text", Duration = "duration", Truth = "true or false";

    /// <summary>The steps that this generator's packages may have, with their keys and value patterns.</summary>
    private static readonly Dictionary<string, Dictionary<string, string>> Known = new()
    {
        ["install_os_packages"] = new() { ["packages"] = Texts },
        ["run_script"] = new() { ["script"] = Text, ["timeout"] = Duration, ["required"] = Truth },
        ["start_services"] = new() { ["services"] = Texts },
        ["enable_services"] = new() { ["services"] = Texts },
        ["health_checks"] = new() { ["services"] = Texts, ["timeout"] = Duration, ["interval"] = Duration },
    };

    /// <exception cref="ShouldAssertException">The installer would refuse it, or do something else than it says.</exception>
    public static InstallerPackage Read(string file, string text)
    {
        var document = YamlDocuments.Resources(text).ShouldHaveSingleItem().Document;
        document["version"]?.ToJsonString().ShouldBe("1", $"the version of {file}");
        ((string?)document["metadata"]?["name"]).ShouldNotBeNullOrEmpty($"the name of {file}");
        var steps = document["steps"]!.AsArray().Select(step => step!.AsObject()).ToList();
        steps.ShouldNotBeEmpty($"the steps of {file}");
        steps.Select(step => (string?)step["id"]).ShouldBeUnique();
        return new InstallerPackage([.. steps.Select(step => Step(file, step))]);
    }

    /// <summary>Runs the steps, but without Debian packages: a test must not change this machine.</summary>
    /// <param name="staging">The folder of the package, with scripts/.</param>
    /// <param name="isActive">Returns whether a service of the host is active.</param>
    /// <returns>What failed; empty if the package is installed.</returns>
    public async Task<string> Apply(
        string staging, IReadOnlyDictionary<string, string?> environment, Func<string, CancellationToken, Task<bool>> isActive,
        CancellationToken cancellationToken)
    {
        foreach (var step in Steps)
        {
            if (step.Type == "run_script")
            {
                // Runs bash without arguments in the folder of the scripts, with the installer's time limit.
                var scripts = Path.Combine(staging, "scripts");
                var script = Path.Combine(scripts, (string)step.Keys["script"]!);
                if (!File.Exists(script))
                {
                    return $"required script {step.Keys["script"]} not found in {scripts}";
                }

                var ran = await Run(scripts, script, environment, cancellationToken);
                if (ran.ExitCode != 0)
                {
                    return $"script {step.Keys["script"]} failed: {ran.StandardOutput}{ran.StandardError}";
                }
            }

            foreach (var service in step.Type == "health_checks" ? step.Keys["services"]!.AsArray() : [])
            {
                if (!await isActive((string)service!, cancellationToken))
                {
                    return $"service {service} not active";
                }
            }
        }

        return "";
    }

    private static Task<BufferedCommandResult> Run(
        string scripts, string script, IReadOnlyDictionary<string, string?> environment, CancellationToken cancellationToken) =>
        LocalProgram.Run("sh", ["-c", "cd \"$1\" && exec /bin/bash \"$2\"", "sh", scripts, script], cancellationToken,
            new Dictionary<string, string?>(environment)
            {
                ["COMPONENT_NAME"] = "",
                ["COMPONENT_VERSION"] = "",
                ["NODE_IP"] = "127.0.0.1",
                ["STATE_DIR"] = "/var/lib/globular",
                ["CONFIG_DIR"] = "/var/lib/globular",
                ["PREFIX"] = "/usr/lib/globular",
            });

    private static InstallerStep Step(string file, JsonObject step)
    {
        var (id, type) = ((string?)step["id"], (string?)step["type"]);
        id.ShouldNotBeNullOrEmpty($"a step of {file} has no id");
        Known.ShouldContainKey(type ?? "", $"the type of the step '{id}' of {file}");
        foreach (var (key, value) in step.Where(pair => pair.Key is not ("id" or "type")))
        {
            Known[type!].ShouldContainKey(key, $"a key of the step '{id}' of {file} that {type} does not have");
            HasForm(value, Known[type!][key]).ShouldBeTrue($"'{key}' of the step '{id}' of {file} is not {Known[type!][key]}");
        }

        foreach (var key in Known[type!].Where(known => known.Value is Texts or Text).Select(known => known.Key))
        {
            step.ContainsKey(key).ShouldBeTrue($"'{key}' of the step '{id}' of {file} is missing");
        }

        // Otherwise a missing script is skipped, and five minutes end a download.
        if (type == "run_script")
        {
            ((bool?)step["required"]).ShouldBe(true, $"the script of the step '{id}' of {file} may be missing");
        }

        return new InstallerStep(id!, type!, step);
    }

    private static bool HasForm(JsonNode? value, string form) => form switch
    {
        Texts => value is JsonArray { Count: > 0 } list && list.All(entry => IsText(entry, "^[a-z0-9][a-z0-9+.-]+$")),
        Text => IsText(value, "^[a-z0-9-]+\\.sh$"),
        Duration => IsText(value, "^[0-9]+(ms|s|m|h)$"),
        _ => value is JsonValue truth && truth.TryGetValue(out bool _),
    };

    private static bool IsText(JsonNode? value, string pattern) =>
        value is JsonValue one && one.TryGetValue(out string? text) && Regex.IsMatch(text, pattern);
}

/// <summary>A step of a package.</summary>
internal sealed record InstallerStep(string Id, string Type, JsonObject Keys);
