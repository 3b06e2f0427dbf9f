using PlatformGitOps.Controller.Commands;

// On SIGTERM the action's token is cancelled; then running writes and the release of the Lease need time.
return await ControllerCommands.Build(TimeProvider.System).Parse(args)
    .InvokeAsync(new() { ProcessTerminationTimeout = TimeSpan.FromSeconds(20) });
