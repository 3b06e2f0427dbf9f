#!/bin/bash
# "0 0 13 * 5" in 2024: Cronos 0.13.0 and NCrontab 3.4.0 (NuGet) run on a Friday that is the 13th. cron-parser 5.10.5 and croner 10.0.1
# (npm) run on each Friday and on each 13th, as cron itself does when both fields are restricted. So a schedule that is copied from a
# crontab or a CronJob runs twice in that year, where it ran each week.
# Seen:  the first runs are September 13 and December 13 for Cronos and NCrontab, January 5, 12 and 13 for cron-parser and croner
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
dotnet_app() { install dotnet build app.cs -v quiet; dotnet run --no-build app.cs -- "$@"; } # app.cs names its packages
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

install npm install --silent cron-parser@5.10.5 croner@10.0.1
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
cat > runs.mjs <<'CODE'
import { CronExpressionParser } from "cron-parser"; import { Cron } from "croner";
const start = new Date("2024-01-01T00:00:00Z"), text = date => date.toUTCString().slice(0, 3) + "-" + date.toISOString().slice(5, 10);
const parsed = CronExpressionParser.parse("0 0 13 * 5", { currentDate: start, tz: "UTC" }).take(3).map(date => date.toDate());
console.log("cron-parser " + parsed.map(text).join(" "));
console.log("croner " + new Cron("0 0 13 * 5", { timezone: "UTC" }).nextRuns(3, start).map(text).join(" "));
CODE
dotnet_app "0 0 13 * 5" > runs; node runs.mjs >> runs
runs() { sed -n "s/^$1 //p" runs; }
same "Cronos" "$(runs Cronos)" "Fri-09-13 Fri-12-13"
same "NCrontab" "$(runs NCrontab)" "Fri-09-13 Fri-12-13"
same "cron-parser" "$(runs cron-parser)" "Fri-01-05 Fri-01-12 Sat-01-13"
same "croner" "$(runs croner)" "Fri-01-05 Fri-01-12 Sat-01-13"
