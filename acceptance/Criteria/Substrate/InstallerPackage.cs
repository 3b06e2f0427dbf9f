namespace PlatformGitOps.Acceptance.Criteria.Substrate;

/// <summary>
/// A package of globular-installer: its steps, read and taken as that program does (github.com/globulario/globular-installer at 9d99b65:
/// pkg/installer/spec/model.go, specplan_builder.go, run_script_step.go, health_checks_step.go). It passes over keys that it does not
/// know, so that a misspelled one is a default that nobody sees.
/// </summary>
internal sealed record InstallerPackage(IReadOnlyList<InstallerStep> Steps)
{
    private const string Texts = "texts", Text = "text", Duration = "duration", Truth = "true or false";

    /// <summary>The steps that packages of this generator may have, with their keys and the forms of these.</summary>
    private static readonly Dictionary<string, Dictionary<string, string>> Known = new()
    {
        ["install_os_packages"] = new() { ["packages"] = Texts },
        ["run_script"] = new() { ["script"] = Text, ["timeout"] = Duration, ["required"] = Truth },
        ["start_services"] = new() { ["services"] = Texts },
        ["enable_services"] = new() { ["services"] = Texts },
        ["health_checks"] = new() { ["services"] = Texts, ["timeout"] = Duration, ["interval"] = Duration },
    };

    /// <exception cref="ShouldAssertException">The installer refuses it, or would do other than it says.</exception>
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

    /// <summary>Takes the steps. What they install of Debian is not installed here: a test may not change this machine.</summary>
    /// <param name="staging">The folder of the package, with scripts/ in it.</param>
    /// <param name="isActive">Whether a service of the host is active.</param>
    /// <returns>What failed; empty where the package is installed.</returns>
    public async Task<string> Apply(
        string staging, IReadOnlyDictionary<string, string?> environment, Func<string, CancellationToken, Task<bool>> isActive,
        CancellationToken cancellationToken)
    {
        foreach (var step in Steps)
        {
            if (step.Type == "run_script")
            {
                // Without arguments, by bash, in the folder of the scripts; what runs it waits for so long.
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

        // One that is missing is passed over otherwise, and five minutes end a download.
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

/// <summary>One step of a package.</summary>
internal sealed record InstallerStep(string Id, string Type, JsonObject Keys);
