#!/bin/bash
# NUnit 5.0.0 (NuGet): Assert.ThrowsAsync returns a Task since 5.0. As a statement of a test that is not async, valid in NUnit 3 and 4, it compiles
# without a warning, and the test passes although nothing throws, where the code takes any time. Awaited, the same assertion fails.
# Seen:  Forgotten passes, Awaited fails; no warning of the compiler.
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
cat > case.csproj <<'PROJECT'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings></PropertyGroup>
  <ItemGroup>
    <PackageReference Include="NUnit" Version="5.0.0" />
    <PackageReference Include="NUnit3TestAdapter" Version="6.3.1" />
    <PackageReference Include="Microsoft.NET.Test.Sdk" Version="18.11.0" />
  </ItemGroup>
</Project>
PROJECT
cat > Tests.cs <<'CODE'
using NUnit.Framework;
public class Tests
{
    [Test] public void Forgotten() { Assert.ThrowsAsync<InvalidOperationException>(() => Task.Delay(100)); }
    [Test] public async Task Awaited() { await Assert.ThrowsAsync<InvalidOperationException>(() => Task.Delay(100)); }
}
CODE
install dotnet build
same "warnings" "$(grep -c 'warning CS' install.log)" 0
same "results" "$(dotnet test --no-build --logger 'console;verbosity=normal' 2>&1 | grep -oE '(Passed|Failed) (Forgotten|Awaited)' | sort | xargs)" "Failed Awaited Passed Forgotten"
