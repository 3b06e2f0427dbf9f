using System.Text.Json.Nodes;
using PlatformGitOps.Controller.Sbom;

namespace PlatformGitOps.Controller.Tests;

public sealed class BillsOfMaterials
{
    private const string Dependencies = """
        {
          "runtimeTarget": { "name": ".NETCoreApp,Version=v10.0/linux-x64" },
          "targets": {
            ".NETCoreApp,Version=v10.0/linux-x64": {
              "Program/1.0.0": { "dependencies": { "YamlDotNet": "16.3.0", "Library": "1.0.0", "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64": "10.0.1" } },
              "Library/1.0.0": {},
              "YamlDotNet/16.3.0": {},
              "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/10.0.1": {}
            }
          },
          "libraries": {
            "Program/1.0.0": { "type": "project", "sha512": "" },
            "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/10.0.1": { "type": "runtimepack", "sha512": "" },
            "YamlDotNet/16.3.0": { "type": "package", "sha512": "sha512-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==" },
            "Library/1.0.0": { "type": "project", "sha512": "" },
            "Library.Reference/1.0.0.0": { "type": "reference", "sha512": "" }
          }
        }
        """;

    private static readonly DateTimeOffset At = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private static JsonNode Written => JsonNode.Parse(Bill.Read(Dependencies, (name, _) => name == "YamlDotNet" ? "MIT" : null).ToCycloneDx(At))!;

    [Test]
    public void It_names_what_is_inside_and_nothing_else()
    {
        Written["components"]!.AsArray().Select(part => $"{part!["type"]} {part["purl"]}").ShouldBe(
        [
            "library pkg:generic/Library@1.0.0",
            "framework pkg:nuget/Microsoft.NETCore.App.Runtime.linux-x64@10.0.1",
            "library pkg:nuget/YamlDotNet@16.3.0",
        ]);
        Written["metadata"]!["component"]!["purl"]!.GetValue<string>().ShouldBe("pkg:generic/Program@1.0.0");
    }

    [Test]
    public void A_package_has_its_hash_and_its_license()
    {
        var package = Written["components"]!.AsArray().Single(part => (string?)part!["name"] == "YamlDotNet")!;

        package["hashes"]![0]!["content"]!.GetValue<string>().ShouldBe(new string('0', 128));
        package["licenses"]![0]!["expression"]!.GetValue<string>().ShouldBe("MIT");
    }

    [Test]
    public void Who_depends_on_whom_is_told_by_references_that_exist()
    {
        var references = Written["components"]!.AsArray().Append(Written["metadata"]!["component"]).Select(part => (string)part!["bom-ref"]!).ToArray();

        references.ShouldBeUnique();
        var dependencies = Written["dependencies"]!.AsArray();
        dependencies.Select(entry => (string)entry!["ref"]!).ShouldBe(references, ignoreOrder: true);
        dependencies.SelectMany(entry => entry!["dependsOn"]!.AsArray()).Select(reference => (string)reference!).ShouldBeSubsetOf(references);
        dependencies.Single(entry => (string?)entry!["ref"] == "pkg:generic/Program@1.0.0")!["dependsOn"]!.AsArray().Count.ShouldBe(3);
    }

    /// <summary>CYCLONEDX_SCHEMA names the folder of https://github.com/CycloneDX/specification, schema/ (1.6), where it is at hand.</summary>
    [Test]
    public async Task It_keeps_to_the_schema()
    {
        if (Environment.GetEnvironmentVariable("CYCLONEDX_SCHEMA") is not { Length: > 0 } folder)
        {
            Assert.Ignore("CYCLONEDX_SCHEMA names no folder with bom-1.6.schema.json");
            return;
        }

        var schema = await NJsonSchema.JsonSchema.FromFileAsync(Path.Combine(folder, "bom-1.6.schema.json"));
        schema.Validate(Written.ToJsonString()).Select(error => error.ToString()).ShouldBeEmpty();
    }
}
