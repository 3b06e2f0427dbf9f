using System.CommandLine;
using System.Runtime.InteropServices;
using PlatformGitOps.Prober.Commands;

var root = new RootCommand("Asks DNS questions, and a few others, from inside a cluster; answers as JSON lines.")
{
    ProbeCommand.Create(),
    ResolveCommand.Create(),
    UpstreamCommand.Create(),
    HttpCommand.Create(),
    ConnectCommand.Create(),
    WaitCommand.Create(),
    EndpointCommand.Create(),
    FollowCommand.Create(),
};

// '@' is the zone's own name in a record, not a response file.
var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });

// The first process of a container has no default signal handling, so this program passes signals to its command. The command ends in its
// own time: a probe completes its open queries, in at most attempts x timeout. A pod's grace period is 30 s.
using var stop = new CancellationTokenSource();
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null }, stop.Token);

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.Cancel();
}
