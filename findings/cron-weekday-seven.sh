#!/bin/bash
# The same five fields in eight libraries for schedules. "0 0 * * 5" is Friday, and Thursday for Quartz 4.7.3 (NuGet), which counts from
# Sunday as 1. "0 0 * * 7" is Sunday for Cronos 0.13.0 (NuGet), croner 11.0.1, cron-parser 5.10.6 and cron 4.4.0 (npm), Saturday for Quartz
# and @breejs/later 4.2.0 (npm), an error for NCrontab 3.4.0, and never for Coravel 6.0.2 (NuGet), without an error. For Coravel "*/40" is
# minute 40 alone, not 0 and 40, and a day field "*/10" is 10, 20 and 30, where all others have 1, 11, 21 and 31. Quartz gets
# "?" in the day of the month, as it wants.
# Seen:  from Sunday, 26-11-01: * * 5: 06, in Quartz 05; * * 7: 08 in four, 07 in Quartz and later, error, never; */40 0: 40, in the others
#        00 and 40; */10: 10, in the others 11
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

install npm install --silent cron-parser@5.10.6 croner@11.0.1 cron@4.4.0 @breejs/later@4.2.0
cat > app.cs <<'CODE'
#:package Cronos@0.13.0
#:package NCrontab@3.4.0
#:package Quartz@4.7.3
#:package Coravel@6.0.2
#:property PublishAot=false
#:property ImplicitUsings=enable
var start = new DateTime(2026, 11, 1, 0, 0, 30, DateTimeKind.Utc);
foreach (var line in new[] { "0 0 * * 5", "0 0 * * 7", "*/40 12 1 * *", "0 0 */10 * *" })
{
    var fields = line.Split(' ');
    var five = line.EndsWith(" *") ? string.Join(' ', fields[..4]) + " ?" : line.Replace("0 0 *", "0 0 ?");
    var coravel = new Coravel.Scheduling.Schedule.Cron.CronExpression(line);
    var minutes = Enumerable.Range(1, 30 * 1440).Select(minute => start.Date.AddMinutes(minute));
    var quartz = new Quartz.CronExpression("0 " + five, TimeZoneInfo.Utc);
    IEnumerable<DateTime> Quartzes() { for (var time = (DateTimeOffset?)start; (time = quartz.GetNextValidTimeAfter(time!.Value)) != null;)
        yield return time.Value.UtcDateTime; }
    Show(() => Cronos.CronExpression.Parse(line).GetOccurrences(start, start.AddYears(1)));
    Show(() => NCrontab.CrontabSchedule.Parse(line).GetNextOccurrences(start, start.AddYears(1)));
    Show(Quartzes);
    Show(() => minutes.Where(coravel.IsDue));
}
void Show(Func<IEnumerable<DateTime>> runs)
{
    try { Console.WriteLine(string.Join(' ', runs().Take(2).Select(time => time.ToString("dd-HH:mm")).DefaultIfEmpty("never"))); }
    catch (Exception error) { Console.WriteLine(error.GetType().Name); }
}
CODE
cat > runs.mjs <<'CODE'
import { CronExpressionParser } from "cron-parser"; import { Cron } from "croner"; import { CronTime } from "cron";
import later from "@breejs/later";
const start = new Date("2026-11-01T00:00:30Z"), tz = "UTC";
later.date.UTC();
for (const line of ["0 0 * * 5", "0 0 * * 7", "*/40 12 1 * *", "0 0 */10 * *"]) {
  const time = new CronTime(line, tz), first = time.getNextDateFrom(start, tz);
  for (const runs of [new Cron(line, { timezone: tz }).nextRuns(2, start),
    CronExpressionParser.parse(line, { currentDate: start, tz }).take(2).map(date => date.toDate()),
    [first.toJSDate(), time.getNextDateFrom(first.toJSDate(), tz).toJSDate()], later.schedule(later.parse.cron(line)).next(2, start)])
    console.log(runs.map(date => date.toISOString().slice(8, 16).replace("T", "-")).join(" "));
}
CODE
install dotnet build app.cs -v quiet
dotnet run --no-build app.cs > net; node runs.mjs > npm
names=(Cronos NCrontab Quartz Coravel croner cron-parser cron later); line=0
eight() { for n in 0 1 2 3 4 5 6 7; do [ $n -lt 4 ] && file=net at=$((line * 4 + n + 1)) || { file=npm; at=$((line * 4 + n - 3)); }
    same "$1, ${names[n]}" "$(sed -n ${at}p $file)" "${@:n+2:1}"; done; line=$((line + 1)); }
friday="06-00:00 13-00:00"; sunday="08-00:00 15-00:00"; saturday="07-00:00 14-00:00"
eight "0 0 * * 5" "$friday" "$friday" "05-00:00 12-00:00" "$friday" "$friday" "$friday" "$friday" "$friday"
eight "0 0 * * 7" "$sunday" CrontabException "$saturday" never "$sunday" "$sunday" "$sunday" "$saturday"
both="01-12:00 01-12:40"; eight "*/40 12 1 * *" "$both" "$both" "$both" "01-12:40" "$both" "$both" "$both" "$both"
eleven="11-00:00 21-00:00"; ten="10-00:00 20-00:00"
eight "0 0 */10 * *" "$eleven" "$eleven" "$eleven" "$ten" "$eleven" "$eleven" "$eleven" "$eleven"
