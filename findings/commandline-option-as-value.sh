#!/bin/bash
# System.CommandLine 3.0.0 (NuGet): an option that lacks its value takes the option after it. "--name --force" is a name "--force", force is
# false, and the parser has no error. "--name=" is the error "Required argument missing", but --name "" is an empty name.
# "--force no" is force true and an argument "no".
# Seen:  name --force, force False, 0 errors; --name= an error; --name "" 0 errors; --force no: True, argument no, 0 errors
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
dotnet_app() { install dotnet build app.cs -v quiet; dotnet run --no-build app.cs -- "$@"; } # app.cs names its packages
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

cat > app.cs <<'CODE'
#:package System.CommandLine@3.0.0
#:property PublishAot=false
#:property ImplicitUsings=enable
using System.CommandLine;
Option<string> name = new("--name");
Option<bool> force = new("--force");
Argument<string[]> rest = new("rest") { Arity = ArgumentArity.ZeroOrMore };
var parsed = new RootCommand { name, force, rest }.Parse(args);
Console.WriteLine(parsed.Errors.Count > 0
    ? parsed.Errors[0].Message
    : $"name '{parsed.GetValue(name)}' force {parsed.GetValue(force)} rest '{string.Join(' ', parsed.GetValue(rest) ?? [])}'");
CODE
same "--name --force" "$(dotnet_app --name --force)" "name '--force' force False rest ''"
same "--name=" "$(dotnet_app --name=)" "Required argument missing for option: '--name'."
same '--name ""' "$(dotnet_app --name "")" "name '' force False rest ''"
same "--force no" "$(dotnet_app --force no)" "name '' force True rest 'no'"
