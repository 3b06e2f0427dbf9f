using PlatformGitOps.Controller.Commands;

// On SIGTERM the action's token is cancelled; then running writes and the release of the Lease need time.
return await ControllerCommands.RunAsync(
    args, new() { ProcessTerminationTimeout = TimeSpan.FromSeconds(20) }, TimeProvider.System, CancellationToken.None);
