using System.Runtime.InteropServices;
using PlatformGitOps.Acceptance.Reaper;

// usage: reaper <session folder>. Waits for the end of the process that owns the session, however it ends, and removes what the session
// created.
if (args is not [var folder])
{
    Console.Error.WriteLine("usage: reaper <session folder>");
    return 2;
}

// Ctrl-C reaches all processes of the terminal, and `timeout` ends its whole group; this one must outlive them.
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => context.Cancel = true);
using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => context.Cancel = true);

Console.WriteLine("watching");
var session = Session.Open(folder);
await session.OwnerEnds(CancellationToken.None);
foreach (var problem in await session.Reap(TimeSpan.Zero, CancellationToken.None))
{
    Console.Error.WriteLine($"{folder} stays, and the next run tries again: {problem}");
}

return 0;
