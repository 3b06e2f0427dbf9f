#!/bin/bash
# NUnit 5.0.0 (NuGet): [Retry(3)] repeats a test whose assertion fails, and not one that throws: an HttpRequestException of the first try is
# the result. A constraint with After(...) repeats in both cases. Only RetryExceptions, with each type named, makes [Retry] repeat a test
# that throws; a derived type counts.
# Seen:  the second try would succeed: Asserts passed, Throws failed, After passed, Named passed; tries: 2, 1, 2, 2
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
    static readonly Dictionary<string, int> tries = [];
    static int Try(string test) => tries[test] = tries.GetValueOrDefault(test) + 1;
    static int Ask(string test) => Try(test) > 1 ? 2 : throw new HttpRequestException("no connection");
    [Test, Retry(3)] public void Asserts() => Assert.That(Try(nameof(Asserts)), Is.EqualTo(2));
    [Test, Retry(3)] public void Throws() => Assert.That(Ask(nameof(Throws)), Is.EqualTo(2));
    [Test] public void After() => Assert.That(() => Ask(nameof(After)), Is.EqualTo(2).After(5000, 50));
    [Test, Retry(3, RetryExceptions = [typeof(Exception)])] public void Named() => Assert.That(Ask(nameof(Named)), Is.EqualTo(2));
    [OneTimeTearDown] public void Write() => File.WriteAllText(Environment.GetEnvironmentVariable("TRIES")!,
        string.Join(" ", tries.OrderBy(pair => pair.Key, StringComparer.Ordinal)));
}
CODE
install dotnet build
TRIES=$work/tries dotnet test --no-build --logger 'console;verbosity=normal' >results 2>&1
result() { grep -oE "(Passed|Failed) $1 " results | head -n 1 | xargs; }
for test in Asserts After Named; do same "$test" "$(result $test)" "Passed $test"; done
same Throws "$(result Throws)" "Failed Throws"
same tries "$(cat tries)" "[After, 2] [Asserts, 2] [Named, 2] [Throws, 1]"
