#!/bin/bash
# "0 0 13 * 5": each Friday and each 13th, or each Friday that is a 13th. Cronos 0.13.0 and NCrontab 3.4.0 (NuGet) want both fields to match,
# three times in two years. For croner 11.0.1, cron-parser 5.10.6, cron 4.4.0 (npm) and croniter 1.3.5 (Debian python3-croniter) one of them
# is enough. cronstrue 3.39.0 (npm) puts "and" between them. The whole range 1-31 is a field like any other for croner and cron-parser, so
# "0 0 1-31 * 1" is each day for them, and each Monday for the others.
# Seen:  0 0 13 * 5 after November 1, 2026: .NET 26-11-13, 27-08-13, 28-10-13; the others 26-11-06, 26-11-13, 26-11-20;
#        0 0 1-31 * 1: croner and cron-parser 11-02, 11-03, 11-04; the others 11-02, 11-09, 11-16
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }

dotnet_app() { install dotnet build app.cs -v quiet; dotnet run --no-build app.cs; } # app.cs names its packages
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

install npm install --silent cron-parser@5.10.6 croner@11.0.1 cron@4.4.0 cronstrue@3.39.0
cat > app.cs <<'CODE'
#:package Cronos@0.13.0
#:package NCrontab@3.4.0
#:property PublishAot=false
#:property ImplicitUsings=enable
var start = new DateTime(2026, 11, 1, 0, 0, 1, DateTimeKind.Utc);
foreach (var line in new[] { "0 0 13 * 5", "0 0 1-31 * 1" })
{
    var runs = new[] { Cronos.CronExpression.Parse(line).GetOccurrences(start, start.AddYears(2)),
        NCrontab.CrontabSchedule.Parse(line).GetNextOccurrences(start, start.AddYears(2)) };
    Console.WriteLine(string.Join(", ", runs.Select(days => string.Join(" ", days.Take(3).Select(day => day.ToString("yy-MM-dd"))))));
}
CODE
cat > runs.mjs <<'CODE'
import { CronExpressionParser } from "cron-parser"; import { Cron } from "croner"; import { CronTime } from "cron";
import cronstrue from "cronstrue";
const start = new Date("2026-11-01T00:00:01Z"), tz = "UTC", [which, line] = process.argv.slice(2);
const cronTime = () => { const time = new CronTime(line, tz), days = [];
  for (let day = start; days.length < 3;) days.push(day = time.getNextDateFrom(day, tz).toJSDate());
  return days; };
const runs = { croner: () => new Cron(line, { timezone: tz }).nextRuns(3, start), cron: cronTime,
  "cron-parser": () => CronExpressionParser.parse(line, { currentDate: start, tz }).take(3).map(date => date.toDate()) };
console.log(which === "cronstrue" ? cronstrue.toString(line) : runs[which]().map(date => date.toISOString().slice(2, 10)).join(" "));
CODE
cat > runs.py <<'CODE'
import datetime, sys
from croniter import croniter
schedule = croniter(sys.argv[1], datetime.datetime(2026, 11, 1, 0, 0, 1))
print(*(schedule.get_next(datetime.datetime).strftime("%y-%m-%d") for _ in range(3)))
CODE
dotnet_app > runs.txt
debian python3-croniter=1.3.5-3 python3-dateutil=2.8.2-2 python3-six python3-natsort
python() { PYTHONPATH=root/usr/lib/python3/dist-packages /usr/bin/python3 runs.py "$1"; }
same "0 0 13 * 5, Cronos, NCrontab" "$(sed -n 1p runs.txt)" "26-11-13 27-08-13 28-10-13, 26-11-13 27-08-13 28-10-13"
for reader in croner cron-parser cron; do
  same "0 0 13 * 5, $reader" "$(node runs.mjs $reader '0 0 13 * 5')" "26-11-06 26-11-13 26-11-20"; done
same "0 0 13 * 5, croniter" "$(python '0 0 13 * 5')" "26-11-06 26-11-13 26-11-20"
same "0 0 13 * 5, cronstrue" "$(node runs.mjs cronstrue '0 0 13 * 5')" "At 12:00 AM, on day 13 of the month, and on Friday"
same "0 0 1-31 * 1, Cronos, NCrontab" "$(sed -n 2p runs.txt)" "26-11-02 26-11-09 26-11-16, 26-11-02 26-11-09 26-11-16"
for reader in croner cron-parser; do
  same "0 0 1-31 * 1, $reader" "$(node runs.mjs $reader '0 0 1-31 * 1')" "26-11-02 26-11-03 26-11-04"; done
same "0 0 1-31 * 1, cron" "$(node runs.mjs cron '0 0 1-31 * 1')" "26-11-02 26-11-09 26-11-16"
same "0 0 1-31 * 1, croniter" "$(python '0 0 1-31 * 1')" "26-11-02 26-11-09 26-11-16"
