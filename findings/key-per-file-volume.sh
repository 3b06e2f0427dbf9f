#!/bin/bash
# The files of a ConfigMap volume are links to ..data/KEY, and an update puts a new link in the place of ..data. AddKeyPerFile and
# AddJsonFile with reloadOnChange (NuGet Microsoft.Extensions.Configuration.KeyPerFile and Json 10.0.0, .NET 10) see the change of a plain
# file and never such an update: they keep the first values, without a message. With DOTNET_USE_POLLING_FILE_WATCHER=1, meant for shares
# where no events come, they see it. And a key .env of the volume is not read, and of two newlines at the end of a value one stays.
# Seen:  plain files 2 2; volume 1 1; volume with polling 2 2; .env none; "1\n\n" is "1\n"
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

cat > app.cs <<'CODE'
#:package Microsoft.Extensions.Configuration.KeyPerFile@10.0.0
#:package Microsoft.Extensions.Configuration.Json@10.0.0
#:property PublishAot=false
#:property ImplicitUsings=enable
using Microsoft.Extensions.Configuration;
var folder = Path.GetFullPath(args[0]);
var config = new ConfigurationBuilder().AddKeyPerFile(folder, optional: false, reloadOnChange: true)
    .AddJsonFile(Path.Combine(folder, "app.json"), optional: false, reloadOnChange: true).Build();
File.WriteAllText("ready", "");
var read = config.AsEnumerable().ToDictionary();
Console.WriteLine($"{read["lines"]!.Length}, {(read.ContainsKey(".env") ? "read" : "none")}");
while (!File.Exists("changed")) Thread.Sleep(50);
for (var i = 0; i < 10 && (config["key"], config["json"]) != ("2", "2"); i++) Thread.Sleep(1000); // polling takes four seconds
Console.WriteLine($"{config["key"]} {config["json"]}");
CODE
install dotnet build app.cs -v quiet
fill() { mkdir -p "$1"
  echo "$2" > "$1/key"; echo "$2" > "$1/.env"; printf '1\n\n' > "$1/lines"; echo "{\"json\": \"$2\"}" > "$1/app.json"; }
link() { fill "$1/..$2" "$2"; ln -s "..$2" "$1/..data_tmp"; mv -T "$1/..data_tmp" "$1/..data"; }
volume() { mkdir volume; link volume 1; for key in key .env lines app.json; do ln -s "..data/$key" "volume/$key"; done; }
watch() { rm -f ready changed; env "$1" dotnet run --no-build app.cs "$2" > seen & pids+=($!); app=$!
  for _ in $(seq 300); do [ -e ready ] && break; sleep 0.1; done; sleep 6; "$3" "$2" 2; touch changed; wait $app; }
fill plain 1; watch NONE=1 plain fill
same "plain file" "$(sed -n 2p seen)" "2 2"
volume; watch NONE=1 volume link
same "lines, .env" "$(sed -n 1p seen)" "2, none"
same "volume" "$(sed -n 2p seen)" "1 1"
rm -r volume; volume; watch DOTNET_USE_POLLING_FILE_WATCHER=1 volume link
same "volume, polling" "$(sed -n 2p seen)" "2 2"
