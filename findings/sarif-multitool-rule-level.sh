#!/bin/bash
# Sarif.Multitool 5.7.0 (npm @microsoft/sarif-multitool-linux, amd64) and results that have no level of their own. SARIF 2.1.0 takes the
# level from the rule then: a result of a rule with the default "error" is an error. "query Level == Error" does not count it, "Level ==
# Warning" does, and a build that stops at errors goes on. "merge" writes columnKind utf16CodeUnits into a run that has none.
# Seen:  one error by its rule, one by itself: Level == Error: 1 of 2, exit code 0 for the first and 2 for the second; Level == Warning:
#        1 of 2; a merged run without columnKind: utf16CodeUnits
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }

install npm install --silent @microsoft/sarif-multitool-linux@5.7.0
multitool=node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool; install $multitool version
cat > log.sarif <<'JSON'
{"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [{"tool": {"driver": {"name": "lint", "rules": [
  {"id": "by-rule", "defaultConfiguration": {"level": "error"}}, {"id": "by-itself"}]}}, "results": [
  {"ruleId": "by-rule", "ruleIndex": 0, "message": {"text": "one"}},
  {"ruleId": "by-itself", "ruleIndex": 1, "level": "error", "message": {"text": "two"}}]}]}
JSON
count() { $multitool query log.sarif -e "$1" 2>&1 | grep -oE 'Found [0-9]+ of [0-9]+'; }
same "RuleId == by-rule" "$(count "RuleId == 'by-rule'")" "Found 1 of 2"
same "Level == Error" "$(count "Level == Error")" "Found 1 of 2"
same "Level == Warning" "$(count "Level == Warning")" "Found 1 of 2"
$multitool query log.sarif -e "RuleId == 'by-rule' && Level == Error" --non-zero-exit-code-if-count-over 0 >log 2>&1
same "exit code, by-rule and Error" $? 0
$multitool query log.sarif -e "RuleId == 'by-itself' && Level == Error" --non-zero-exit-code-if-count-over 0 >log 2>&1
same "exit code, by-itself and Error" $? 2
install $multitool merge log.sarif --output-directory out --output-file merged.sarif
same "columnKind, before" "$(grep -c columnKind log.sarif)" 0
same "columnKind, merged" "$(grep -o '"columnKind": "[^"]*"' out/merged.sarif)" '"columnKind": "utf16CodeUnits"'
