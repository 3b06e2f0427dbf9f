# docs/benchmarks-beside.md from the bars and the rows of benchmarks/beside.sh: part and its fields, "#" with a part and what it was measured
# on. With "only" it prints the bars of that part alone, as lines.
NR == FNR { if ($1 !~ /^#/) { limit[$1] = $5; why[$1] = $6 } next }
$1 == "#" { machine[$2] = $3; next }
{ n[$1]++; for (i = 2; i <= NF; i++) field[$1, n[$1], i] = $i }
$1 ~ /-checks$/ { took[$1, $2, $3] = $4; outcome[$1, $2, $3] = $5; if (!(($1, $3) in listed)) { listed[$1, $3]; check[$1, ++checks[$1]] = $3 } }

# verdict PART COLUMN: today's value, which is the first row, against the earlier commit's
function verdict(part, column,   ratio) {
  if (!(part in limit) || !(part in n)) return ""
  if (n[part] < 2) return sprintf("at most %s of the earlier commit: not measured beside it", limit[part])
  ratio = field[part, 1, column] / field[part, 2, column]
  return sprintf("at most %s of %s: %.2f, %s", limit[part], field[part, 2, 2], ratio,
    ratio <= limit[part] ? "met" : "missed" (why[part] == "" ? "" : ": " why[part]))
}
function head(part, title, text) {
  if (part in n) printf "\n## %s\n\n%s\n\n%s", title, text, part in machine ? machine[part] ".\n\n" : ""
}
function bar(part, column) { if (part in limit) printf "\nBar: %s.\n", verdict(part, column) }
function evidence(part, title, text,   i, c, key) {
  head(part, title, text)
  if (!(part in n)) return
  print "| | whole run | passed | failed | skipped | checks that passed on both sides | their seconds |\n| --- | --- | --- | --- | --- | --- | --- |"
  for (i = 1; i <= n[part]; i++)
    printf "| %s | %.0f s | %s | %s | %s | %s | %.0f s |\n", field[part, i, 2], field[part, i, 3], field[part, i, 4],
      field[part, i, 5] (field[part, i, 9] == "" ? "" : " (" field[part, i, 9] ")"), field[part, i, 6], field[part, i, 7], field[part, i, 8]
  bar(part, 8)
  print "\nChecks of 10 s and more on one side:\n\n| check | today | earlier |\n| --- | --- | --- |"
  for (c = 1; c <= checks[part "-checks"]; c++) {
    key = check[part "-checks", c]
    if (took[part "-checks", "now", key] >= 10 || took[part "-checks", "then", key] >= 10)
      printf "| %s | %s | %s |\n", key, shown(part, "now", key), shown(part, "then", key)
  }
}
function shown(part, who, key) {
  return (part "-checks", who, key) in took ? sprintf("%.0f s%s", took[part "-checks", who, key],
    outcome[part "-checks", who, key] == "passed" ? "" : ", " outcome[part "-checks", who, key]) : "–"
}

END {
  if (only != "") {
    column["start"] = 4; column["tests"] = 6; column["suite"] = column["both"] = 8
    if (only in column) printf "%-6s %s\n", only, verdict(only, column[only])
    exit
  }
  print "# The suite, the tests and the controller, beside an earlier commit\n"
  print "`benchmarks/beside.sh` measured this and wrote this page. Both commits are built on one machine and measured one after the other; ratios hold"
  print "elsewhere, absolute figures move with the machine. A part that is not on this page was not measured."
  head("start", "The controller: from its start to its first probe",
    "A process on one core, an API server and one Service of 10 endpoints with the profile `fast` beside it; the programs start in turns. The\n" \
    "earlier commit's program is the trimmed, ready-to-run file that its `controller/build-image` made.")
  if ("start" in n) {
    print "| | starts | median | shortest, longest | peak of resident memory |\n| --- | --- | --- | --- | --- |"
    for (i = 1; i <= n["start"]; i++)
      printf "| %s | %s | %s ms | %s, %s ms | %s MiB |\n", field["start", i, 2], field["start", i, 3], field["start", i, 4], field["start", i, 5],
        field["start", i, 6], field["start", i, 7]
    printf "\nAPI server: %s.\n", field["start", 1, 8]
    bar("start", 4)
  }
  head("load", "The controller: many endpoints",
    "Services of 50 endpoints at 10 s intervals, HTTP to real sockets on loopback addresses, the controller on one core, 30 s after everything\nwas probed twice.")
  if ("load" in n) {
    print "| endpoints | checks per second | of them unhealthy | lateness, median and 99 % | processor | memory |\n| --- | --- | --- | --- | --- | --- |"
    for (i = 1; i <= n["load"]; i++)
      printf "| %s | %s | %s | below %s ms, below %s ms | %s %% of the core | %s MiB resident |\n", field["load", i, 2], field["load", i, 3],
        field["load", i, 4], field["load", i, 5], field["load", i, 6], field["load", i, 7], field["load", i, 8]
    printf "\nAPI server: %s.\n", field["load", 1, 9]
  }
  head("tests", "`.ci/run`",
    "Each commit's own command in a fresh copy, without a cluster: it restores, builds and tests. The same tests are those that passed in both by\n" \
    "the same name, or by a name that a later commit gave the test and changed nothing beside it. Their time is that in which at least one of\n" \
    "them ran. Today's classes with such tests ran once more for it, without the classes of later parts.")
  if ("tests" in n) {
    print "| | whole command | result | the same tests | their time |\n| --- | --- | --- | --- | --- |"
    for (i = 1; i <= n["tests"]; i++)
      printf "| %s | %.0f s | %s | %s | %.0f s |\n", field["tests", i, 2], field["tests", i, 3], field["tests", i, 4], field["tests", i, 5], field["tests", i, 6]
    bar("tests", 6)
  }
  evidence("suite", "The acceptance suite: criteria and zero-loss disruptions on one cluster",
    "Each commit makes a kind cluster of its own, delivers to it, and then runs the checks, which alone are measured.")
  evidence("both", "The acceptance suite: criteria and every disruption on both clusters", "As above, on all clusters of the definition.")
  head("hand", "The acceptance suite beside commands by hand",
    "[What is compared](acceptance-runs.md#beside-commands-by-hand): `benchmarks/by-hand.sh` and the suite's criteria in turns on one cluster; medians of three.")
  if ("hand" in n) {
    print "| | passed | failed | skipped | wall | least to most | CPU of its processes | CPU of the nodes |\n| --- | --- | --- | --- | --- | --- | --- | --- |"
    for (i = 1; i <= n["hand"]; i++) {
      printf "|"; for (c = 2; c <= 9; c++) printf " %s |", field["hand", i, c]; print ""
    }
  }
}
