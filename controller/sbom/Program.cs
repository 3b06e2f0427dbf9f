using PlatformGitOps.Controller.Sbom;

// sbom DEPS-FILE PACKAGES-FOLDER OUTPUT: run by the controller's publish.
if (args is not [var dependencies, var packages, var output])
{
    await Console.Error.WriteLineAsync("usage: sbom <deps.json of a publish> <folder of NuGet packages> <file to write>");
    return 2;
}

var bill = Bill.Read(await File.ReadAllTextAsync(dependencies), new NuGetFolder(packages).License);
await File.WriteAllTextAsync(output, bill.ToCycloneDx(TimeProvider.System.GetUtcNow()));
return 0;
