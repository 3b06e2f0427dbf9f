#!/bin/bash
# CliWrap 3.10.5 (NuGet): ExecuteAsync() of a command whose output goes nowhere, as without "|" or with PipeTarget.Null. The library closes
# its end of the pipe, so a program that writes anything gets "Broken pipe": seq and a shell that says a word late end with 1, and
# ExecuteAsync throws CommandExecutionException. With a target that reads and forgets, PipeTarget.ToStream(Stream.Null), and with
# ExecuteBufferedAsync the same command ends with 0. Standard error is the same. MedallionShell 1.6.1 (NuGet) reads what nobody asked for.
# Seen:  seq 100000: no pipe CommandExecutionException, exit code 1; Stream.Null 0; buffered 0; MedallionShell 0;
#        "sleep 1; echo late": 1, 0, 0, 0; "sleep 1; echo late >&2": 1, 0, 0, 0; "exit 0" without a word: 0, 0, 0, 0
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
dotnet_app() { install dotnet build app.cs -v quiet; dotnet run --no-build app.cs; } # app.cs names its packages
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

cat > app.cs <<'CODE'
#:package CliWrap@3.10.5
#:package MedallionShell@1.6.1
#:property PublishAot=false
#:property ImplicitUsings=enable
using CliWrap;
using CliWrap.Buffered;
async Task<int> Code(Command command) => (await command.ExecuteAsync()).ExitCode;
foreach (var script in new[] { "seq 100000", "sleep 1; echo late", "sleep 1; echo late >&2", "exit 0" })
{
    var command = Cli.Wrap("sh").WithArguments(["-c", script]).WithValidation(CommandResultValidation.None);
    var forget = PipeTarget.ToStream(Stream.Null);
    Console.WriteLine($"{await Code(command)} {await Code(command | (forget, forget))} {(await command.ExecuteBufferedAsync()).ExitCode} " +
        (await Medallion.Shell.Command.Run("sh", "-c", script).Task).ExitCode);
}
try { Console.WriteLine(await Code(Cli.Wrap("seq").WithArguments(["100000"]))); }
catch (Exception error) { Console.WriteLine(error.GetType().Name); }
CODE
dotnet_app > seen
same "seq 100000: no pipe, Stream.Null, buffered, MedallionShell" "$(sed -n 1p seen)" "1 0 0 0"
same "a late word" "$(sed -n 2p seen)" "1 0 0 0"
same "a late word on standard error" "$(sed -n 3p seen)" "1 0 0 0"
same "no word" "$(sed -n 4p seen)" "0 0 0 0"
same "seq 100000, exit code checked" "$(sed -n 5p seen)" CommandExecutionException
