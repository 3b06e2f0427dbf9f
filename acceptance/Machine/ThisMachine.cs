using PlatformGitOps.Acceptance.Adapters;
using PlatformGitOps.Acceptance.Settings;

namespace PlatformGitOps.Acceptance.Machine;

/// <summary>The one look at this machine that a run takes.</summary>
public static class ThisMachine
{
    private static readonly Lazy<Task<MachineReport>> Look = new(async () =>
    {
        var report = await Discovery.Look(SuiteSettings.Current, AdapterSet.ContainerEngine(AdapterSet.Commands()), CancellationToken.None);
        await TestContext.Progress.WriteLineAsync($"acceptance: {AdapterSet.Name} adapters; {report}");
        return report;
    });

    public static Task<MachineReport> Report(CancellationToken cancellationToken) => Look.Value.WaitAsync(cancellationToken);
}
