using System.CommandLine;
using PlatformGitOps.Generator.Commands;

return await CommandLine.RunAsync(args, new InvocationConfiguration(), TimeProvider.System, CancellationToken.None);
