using System.CommandLine;
using System.CommandLine.Invocation;
using System.Security;
using NUnit.Framework.Api;
using NUnit.Framework.Interfaces;
using NUnit.Framework.Internal;
using PlatformGitOps.Acceptance;
using PlatformGitOps.Acceptance.Criteria;
using PlatformGitOps.Acceptance.Delivery;
using PlatformGitOps.Acceptance.Evidence;
using PlatformGitOps.Acceptance.Settings;
using PlatformGitOps.Acceptance.Tool;

// The same as the suite itself.
[assembly: System.Runtime.Versioning.UnsupportedOSPlatform("windows")]

// Runs the suite as a program: its settings are options, and it checks the tree in the current folder.
var settings = SuiteSettings.Names("<cluster>").Where(name => !name.Contains('<'))
    .Select(name => (Name: name, Option: new Option<string>($"--{name}") { HelpName = "value" })).ToArray();
var contexts = new Option<string[]>("--context")
{
    Description = "The kubeconfig context of a cluster that exists. May be given several times.",
    HelpName = "cluster=context",
};
var categories = new Option<string[]>("--category")
{
    Description = "Only checks of this category: Static, Live, Story, ZeroLoss, AC2 ... Given several times, all must hold.",
    HelpName = "name",
};
var root = new RootCommand(
    "Checks kubernetes/ and its clusters against platform.yaml in the current folder, and writes a report to artifacts/acceptance/. "
    + "docs/acceptance.md of platform-gitops describes the settings.") { contexts, categories };
foreach (var (_, option) in settings)
{
    root.Add(option);
}

root.SetAction(parsed =>
{
    foreach (var (name, option) in settings)
    {
        Set(name, parsed.GetValue(option));
    }

    try
    {
        foreach (var (cluster, context) in ContextOptions.Read(parsed.GetValue(contexts) ?? [], Repository.Tree.Clusters))
        {
            Set(SuiteSettings.OfAContext + cluster, context);
        }

        _ = SuiteSettings.Current;
    }
    catch (Exception exception)
    {
        return Unusable(exception.GetBaseException().Message);
    }

    var terms = (parsed.GetValue(categories) ?? []).Prepend("Check").Select(name => $"<cat>{SecurityElement.Escape(name)}</cat>");
    var runner = new NUnitTestAssemblyRunner(new DefaultTestAssemblyBuilder());
    runner.Load(typeof(Catalog).Assembly, new Dictionary<string, object>());
    var result = runner.Run(new ConsoleListener(Console.Out), TestFilter.FromXml($"<filter><and>{string.Concat(terms)}</and></filter>"));
    Console.Out.WriteLine($"{result.PassCount} passed, {result.FailCount} failed, {result.SkipCount + result.InconclusiveCount} skipped");
    return RunStop.Token.IsCancellationRequested ? 130
        : result.FailCount > 0 || result.ResultState.Status == TestStatus.Failed ? 1
        : result.PassCount == 0 ? Unusable("No check ran. Name other categories, or see above why each was skipped.") : 0;
});

var evidence = new Argument<string>("file") { Description = "evidence.json of a run, or docs/recorded-run.json of platform-gitops." };
var report = new Command(
    "report", "Makes the reports of a run from its evidence, without a cluster, and prints the page's name.") { evidence };
report.SetAction((parsed, cancellationToken) => ReportCommand.WriteAsync(
    parsed.GetRequiredValue(evidence), EvidenceFolder.Below(Directory.GetCurrentDirectory()), Console.Out, Console.Error,
    cancellationToken));
root.Add(report);
var images = new Command("images", "Prints the images that the checks need on this machine, one on each line, for docker pull.");
images.SetAction(_ =>
{
    try
    {
        Console.Out.WriteLine(string.Join('\n', SuiteSettings.Current.Images));
        return 0;
    }
    catch (Exception exception)
    {
        return Unusable(exception.GetBaseException().Message);
    }
});
root.Add(images);
var line = root.Parse(args);
var exitCode = line.Invoke();
return line.Action is ParseErrorAction ? 2 : exitCode;

static int Unusable(string problem)
{
    Console.Error.WriteLine(problem);
    return 2;
}

static void Set(string setting, string? value)
{
    if (value is not null)
    {
        Environment.SetEnvironmentVariable(SettingSource.Variable(setting), value);
    }
}
