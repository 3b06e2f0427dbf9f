#!/bin/bash
# cdk8s 2.70.106 (npm) writes 36 hours as PT1D12H. ISO 8601 has the days before the T, so .NET 10 refuses it with a FormatException, and
# cdk8s in turn refuses P1DT12H and P1D, as .NET writes them. A duration below a day is the same for both.
# Seen:  Duration.hours(36): PT1D12H; XmlConvert.ToTimeSpan: FormatException, of P1DT12H 1.12:00:00; Duration.parse("P1D"): not valid
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
dotnet_app() { install dotnet build app.cs -v quiet; dotnet run --no-build app.cs -- "$@"; } # app.cs names its packages
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

install npm install --silent cdk8s@2.70.106 constructs@10.8.1
cat > app.cs <<'CODE'
#:property PublishAot=false
#:property ImplicitUsings=enable
using System.Xml;
Console.WriteLine(XmlConvert.ToString(TimeSpan.FromHours(36)));
foreach (var text in args)
    try { Console.WriteLine(XmlConvert.ToTimeSpan(text)); }
    catch (Exception error) { Console.WriteLine(error.GetType().Name); }
CODE
cat > duration.cjs <<'CODE'
const { Duration } = require("cdk8s");
const [text] = process.argv.slice(2);
try { console.log(text ? Duration.parse(text).toHours() : Duration.hours(36).toIsoString()); } catch (error) { console.log(error.message); }
CODE
cdk() { node duration.cjs "$@"; }
written=$(cdk); dotnet_app "$written" P1DT12H PT36H > net
same "cdk8s writes" "$written" PT1D12H
same ".NET writes" "$(sed -n 1p net)" P1DT12H
same ".NET reads PT1D12H" "$(sed -n 2p net)" FormatException
same ".NET reads P1DT12H" "$(sed -n 3p net)" 1.12:00:00
same "cdk8s reads P1DT12H" "$(cdk P1DT12H)" "Not a valid ISO duration: P1DT12H"
same "cdk8s reads P1D" "$(cdk P1D)" "Not a valid ISO duration: P1D"
same "both read PT36H" "$(sed -n 4p net) $(cdk PT36H)" "1.12:00:00 36"
