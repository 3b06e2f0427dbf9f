using PlatformGitOps.Controller.Cli;

// On SIGTERM the action's token is cancelled; the writes under way and the lease need the time given here.
return await Commands.Build(TimeProvider.System).Parse(args).InvokeAsync(new() { ProcessTerminationTimeout = TimeSpan.FromSeconds(20) });
