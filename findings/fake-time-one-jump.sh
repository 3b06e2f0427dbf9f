#!/bin/bash
# FakeTimeProvider 10.11.0 (NuGet Microsoft.Extensions.TimeProvider.Testing) does ten seconds in one jump. In Advance(10 s), a timer of
# three seconds is called three times, and each call sees the time of the end, so what it writes down is 10, 10, 10 and not 3, 6, 9. A
# timer of 3 s that is set in the callback of another one at 3 s counts from the end and is not called. So a test that advances by minutes
# at once sees intervals of zero and then one that is too long; ten steps of one second give 3, 6, 9.
# Seen:  a jump: periodic 10 10 10, chained 10; ten steps: periodic 3 6 9, chained 3 6 9
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
dotnet_app() { install dotnet build app.cs -v quiet; dotnet run --no-build app.cs; } # app.cs names its packages
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

cat > app.cs <<'CODE'
#:package Microsoft.Extensions.TimeProvider.Testing@10.11.0
#:property PublishAot=false
#:property ImplicitUsings=enable
using Microsoft.Extensions.Time.Testing;
var three = TimeSpan.FromSeconds(3);
void See(int steps, int seconds)
{
    var (time, periodic, chained) = (new FakeTimeProvider(), new List<double>(), new List<double>());
    double Now() => (time.GetUtcNow() - time.Start).TotalSeconds;
    using var timer = time.CreateTimer(_ => periodic.Add(Now()), null, three, three);
    void Next() => time.CreateTimer(_ => { chained.Add(Now()); Next(); }, null, three, Timeout.InfiniteTimeSpan);
    Next();
    for (var step = 0; step < steps; step++) time.Advance(TimeSpan.FromSeconds(seconds));
    Console.WriteLine($"periodic {string.Join(' ', periodic)}, chained {string.Join(' ', chained)}");
}
See(1, 10);
See(10, 1);
CODE
dotnet_app > log
same "one jump" "$(sed -n 1p log)" "periodic 10 10 10, chained 10"
same "ten steps" "$(sed -n 2p log)" "periodic 3 6 9, chained 3 6 9"
