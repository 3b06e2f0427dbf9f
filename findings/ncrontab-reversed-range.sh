#!/bin/bash
# "0 0 * * FRI-MON", the days around a weekend: Cronos 0.13.0 (NuGet) runs on Friday, Saturday, Sunday and Monday. NCrontab 3.4.0 (NuGet)
# swaps the ends of the range and says nothing: it runs from Monday to Friday. It does the same with "10-5" as days of the month.
# Seen:  after Monday 2024-01-01: Cronos Friday, Saturday, Sunday; NCrontab Tuesday, Wednesday, Thursday; 10-5: the 2nd and the 5th
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
dotnet_app() { install dotnet build app.cs -v quiet; dotnet run --no-build app.cs -- "$@"; } # app.cs names its packages
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

cat > app.cs <<'CODE'
#:package Cronos@0.13.0
#:package NCrontab@3.4.0
#:property PublishAot=false
#:property ImplicitUsings=enable
var start = new DateTime(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc);
var end = start.AddYears(1);
var cronos = Cronos.CronExpression.Parse(args[0]).GetOccurrences(start, end, fromInclusive: false);
var ncrontab = NCrontab.CrontabSchedule.Parse(args[0]).GetNextOccurrences(start, end);
Console.WriteLine("Cronos " + string.Join(" ", cronos.Take(3).Select(day => day.ToString("ddd-MM-dd"))));
Console.WriteLine("NCrontab " + string.Join(" ", ncrontab.Take(3).Select(day => day.ToString("ddd-MM-dd"))));
CODE
dotnet_app "0 0 * * FRI-MON" > runs
same "FRI-MON" "$(xargs < runs)" "Cronos Fri-01-05 Sat-01-06 Sun-01-07 NCrontab Tue-01-02 Wed-01-03 Thu-01-04"
dotnet_app "0 0 10-5 * *" > runs
same "10-5" "$(xargs < runs)" "Cronos Tue-01-02 Wed-01-03 Thu-01-04 NCrontab Fri-01-05 Sat-01-06 Sun-01-07"
