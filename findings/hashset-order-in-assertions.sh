#!/bin/bash
# Two HashSet<string> with the same elements, in another order: SetEquals is true, but Is.EqualTo of NUnit 5.0.0 (NuGet) and ShouldBe of
# Shouldly 4.3.0 (NuGet) compare them in the order in which they enumerate, and fail. For a Dictionary NUnit does not mind the order,
# Shouldly does. So a test of labels depends on the order in which the code added them.
# Seen:  set: NUnit fails, Shouldly fails; dictionary: NUnit passes, Shouldly fails; Is.EquivalentTo and ignoreOrder pass
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
dotnet_app() { install dotnet build app.cs -v quiet; dotnet run --no-build app.cs; } # app.cs names its packages
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

cat > app.cs <<'CODE'
#:package Shouldly@4.3.0
#:package NUnit@5.0.0
#:property PublishAot=false
#:property ImplicitUsings=enable
using NUnit.Framework; using Shouldly;
HashSet<string> set = ["a", "b"], other = ["b", "a"];
Dictionary<string, int> map = new() { ["a"] = 1, ["b"] = 2 }, turned = new() { ["b"] = 2, ["a"] = 1 };
void Try(string name, Action check)
{
    try { check(); Console.WriteLine(name + " passes"); }
    catch (Exception exception) { Console.WriteLine(name + " " + exception.GetType().Name); }
}
Try("shouldly-set", () => set.ShouldBe(other));
Try("shouldly-map", () => map.ShouldBe(turned));
Try("shouldly-ignore", () => set.ShouldBe(other, ignoreOrder: true));
Try("nunit-set", () => Assert.That(set, Is.EqualTo(other)));
Try("nunit-map", () => Assert.That(map, Is.EqualTo(turned)));
Try("nunit-equivalent", () => Assert.That(set, Is.EquivalentTo(other)));
CODE
dotnet_app > results
result() { sed -n "s/^$1 //p" results; }
same "Shouldly, set" "$(result shouldly-set)" ShouldAssertException
same "Shouldly, dictionary" "$(result shouldly-map)" ShouldAssertException
same "Shouldly, set, ignoreOrder" "$(result shouldly-ignore)" passes
same "NUnit, set" "$(result nunit-set)" AssertionException
same "NUnit, dictionary" "$(result nunit-map)" passes
same "NUnit, set, Is.EquivalentTo" "$(result nunit-equivalent)" passes
