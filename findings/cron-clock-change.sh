#!/bin/bash
# The night of March 31, 2024, in Europe/Berlin has no 2:30. "30 2 * * *" runs at 3:00 for Cronos 0.13.0 (NuGet) and croner 11.0.1 (npm),
# at 3:30 for cron-parser 5.10.6 (npm), and not at all for a timer of systemd 252 (Debian 12). croner drops "*/30 2 * * *", having moved
# "30 2 * * *". "0 */2 * * *" runs at 3:00 and again at 4:00 for two of the three. In October, where 2:00 to 3:00 comes twice,
# "*/30 2 * * *" runs two or four times.
# Seen:  30 2, March: 03:00, 03:00, 03:30, the next night (Cronos, croner, cron-parser, systemd); */30 2, October: 4, 4 and 2 runs
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
dotnet_app() { install dotnet build app.cs -v quiet; dotnet run --no-build app.cs; } # app.cs names its packages
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  libraries=$work/root/usr/lib/$(uname -m)-linux-gnu; export LD_LIBRARY_PATH="$libraries:$libraries/systemd"; }
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

install npm install --silent cron-parser@5.10.6 croner@11.0.1
cat > app.cs <<'CODE'
#:package Cronos@0.13.0
#:property PublishAot=false
#:property ImplicitUsings=enable
var zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
foreach (var (line, start) in new[] { ("30 2 * * *", "2024-03-30T23:00Z"), ("*/30 2 * * *", "2024-03-30T23:00Z"),
    ("0 */2 * * *", "2024-03-30T23:30Z"), ("30 2 * * *", "2024-10-26T22:00Z"), ("*/30 2 * * *", "2024-10-26T22:00Z") })
{
    var from = DateTimeOffset.Parse(start).UtcDateTime;
    var runs = Cronos.CronExpression.Parse(line).GetOccurrences(from, from.AddHours(6), zone);
    Console.WriteLine(string.Join(" ", runs.Select(run => TimeZoneInfo.ConvertTimeFromUtc(run, zone).ToString("HH:mm"))));
}
CODE
cat > runs.mjs <<'CODE'
import { CronExpressionParser } from "cron-parser"; import { Cron } from "croner";
const tz = "Europe/Berlin", local = date => date.toLocaleTimeString("en-GB", { timeZone: tz, hour: "2-digit", minute: "2-digit" });
for (const [line, start] of [["30 2 * * *", "2024-03-30T23:00Z"], ["*/30 2 * * *", "2024-03-30T23:00Z"],
  ["0 */2 * * *", "2024-03-30T23:30Z"], ["30 2 * * *", "2024-10-26T22:00Z"], ["*/30 2 * * *", "2024-10-26T22:00Z"]]) {
  const from = new Date(start), night = dates => dates.filter(date => date - from <= 6 * 3600e3).map(local).join(" ");
  console.log(process.argv[2] === "croner" ? night(new Cron(line, { timezone: tz }).nextRuns(9, from))
    : night(CronExpressionParser.parse(line, { currentDate: from, tz }).take(9).map(date => date.toDate())));
}
CODE
dotnet_app > Cronos; node runs.mjs croner > croner; node runs.mjs cron-parser > cron-parser
line() { for reader in Cronos croner cron-parser; do echo "$reader: $(sed -n "$1p" $reader)"; done | paste -sd ';'; }
timer() { TZ=UTC root/usr/bin/systemd-analyze calendar --base-time="$1" "*-*-* $2 Europe/Berlin" |
  sed -n 's/.*Next elapse: ... \(.*\)/\1/p'; }
same "March, 30 2" "$(line 1)" "Cronos: 03:00;croner: 03:00;cron-parser: 03:30"
same "March, */30 2" "$(line 2)" "Cronos: 03:00;croner: ;cron-parser: 03:00 03:30"
same "March, 0 */2" "$(line 3)" "Cronos: 03:00 04:00 06:00;croner: 04:00 06:00;cron-parser: 03:00 04:00 06:00"
same "October, 30 2" "$(line 4)" "Cronos: 02:30;croner: 02:30;cron-parser: 02:30"
same "October, */30 2" "$(line 5)" "Cronos: 02:00 02:30 02:00 02:30;croner: 02:00 02:30 02:00 02:30;cron-parser: 02:00 02:30"
debian systemd=252.39-1~deb12u2 libsystemd-shared=252.39-1~deb12u2 libseccomp2 libkmod2 libapparmor1 libip4tc2 libcap-ng0
same "March, systemd" "$(timer "2024-03-30 23:00 UTC" 02:30)" "2024-04-01 00:30:00 UTC"
