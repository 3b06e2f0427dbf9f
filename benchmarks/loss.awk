# docs/benchmarks-loss.md from the rows of benchmarks/loss.sh: label, rate, disturbance, times, tool, place, way, sent, lost, seconds, and the
# mean time of an answer in seconds (dnsperf's own; older rows have none). "# label<tab>text" says on what a label was measured.
function cell(key, at) { return (key, at) in lost ? lost[key, at] " of " sent[key, at] : "" }
# Wilson's bounds of a rate at 95 %, and Newcombe's of the difference of two
function low(n, of,   p) { p = n / of; return (p + z2 / (2 * of) - z * sqrt(p * (1 - p) / of + z2 / (4 * of * of))) / (1 + z2 / of) }
function high(n, of,   p) { p = n / of; return (p + z2 / (2 * of) + z * sqrt(p * (1 - p) / of + z2 / (4 * of * of))) / (1 + z2 / of) }
function agree(n1, of1, n2, of2,   d, under, over, from, to) {
  if (of1 == 0 || of2 == 0) return ""
  d = n1 / of1 - n2 / of2
  under = sqrt((n1 / of1 - low(n1, of1)) ^ 2 + (high(n2, of2) - n2 / of2) ^ 2)
  over = sqrt((high(n1, of1) - n1 / of1) ^ 2 + (n2 / of2 - low(n2, of2)) ^ 2)
  from = 100 * (d - under); to = 100 * (d + over)
  return sprintf("%s (%.4f to %.4f %%)", from <= 0 && to >= 0 ? "yes" : "no", from, to)
}
function add(key, way,   w) { w = way; sum[key, w, "sent"] += $8; sum[key, w, "lost"] += $9 }
function both(key, way) { return (key, way, "sent") in sum ? sum[key, way, "lost"] " of " sum[key, way, "sent"] : "" }
BEGIN {
  z = 1.959964; z2 = z * z
  print "# Losses while CoreDNS changes\n"
  print "`benchmarks/loss.sh` measured this and wrote this page: what clients lose while the delivered CoreDNS is restarted, drained, changed and"
  print "scaled. Two tools ask at once and without a retry; a C library's client would have asked again after its time limit. dnsperf counts the"
  print "queries that got no answer in 5 s. It has 20 sockets that stay open, and asks at the rate of the row over UDP and at a quarter of it over"
  print "TCP. The prober counts every outcome but the right answer. From the client pod alone it asks 200 times a second in each of its ways; where"
  print "a row has it from the node too, it asks at the rate of the row, with a process for each 1,000 queries/s. \"Entries\" is the kernel's count"
  print "on all nodes: answers from port 53 that came back after kube-proxy had deleted the connection tracking entry of their query, once for each"
  print "socket and pod.\n"
  print "A TCP query is lost when it is under way while CoreDNS closes the connection: when a pod ends, and when it loads a Corefile. What"
  print "kube-proxy loses, and how the suite counts it, is in [acceptance](acceptance.md#what-kube-proxy-may-lose).\n"
  ways = split("dnsperf|node|udp;dnsperf|pod|udp;dnsperf|node|tcp;dnsperf|pod|tcp;" \
    "prober|node|udp-fresh;prober|pod|udp-fresh;prober|node|udp-reused;prober|pod|udp-reused;prober|node|tcp;prober|pod|tcp", way, ";")
}
/^# / { sub(/^# /, ""); described[$1] = $2; next }
{
  key = $1 SUBSEP $2 SUBSEP $3
  if (!(key in seen)) { seen[key]; keys[++count] = key; label[count] = $1; rate[count] = $2; what[count] = $3; times[count] = $4; seconds[count] = $10 }
  at = $5 "|" $6 "|" $7
  if ($5 == "kernel") entries[key] = $9
  else {
    sent[key, at] = $8; lost[key, at] = $9; add(key, $5 "|" ($7 == "tcp" ? "tcp" : "udp")); if ($7 == "udp-reused") add(key, $7)
    if ($5 == "dnsperf" && $7 == "udp" && $11 != "") { askers[key]++; answer[key] += $11 }
  }
}
END {
  print "## Sums\n"
  print "Node and pod together. \"The tools agree\" compares the rates of the sockets that stay open over UDP, dnsperf's less the prober's: yes, where"
  print "the bounds of the difference (95 %, Newcombe's method with Wilson's bounds) include 0. They ask from other places and at other rates, so that"
  print "queues, which a used up CPU limit makes, hit them differently. \"Expected of kube-proxy\" is the rate times the time of an answer, for each asker"
  print "of UDP and each pod that goes; it is empty where that time was not recorded, and behind NodeLocal DNSCache, which asks CoreDNS over TCP.\n"
  print "| where | what | q/s | dnsperf, UDP | dnsperf, TCP | prober, UDP | prober, TCP | the tools agree | entries | expected of kube-proxy |"
  print "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
  for (i = 1; i <= count; i++) {
    key = keys[i]
    printf "| %s | %s, %d times | %d | %s | %s | %s | %s | %s | %s | %s |\n", label[i], what[i], times[i], rate[i],
      both(key, "dnsperf|udp"), both(key, "dnsperf|tcp"), both(key, "prober|udp"), both(key, "prober|tcp"),
      agree(sum[key, "dnsperf|udp", "lost"], sum[key, "dnsperf|udp", "sent"], sum[key, "udp-reused", "lost"], sum[key, "udp-reused", "sent"]),
      entries[key], (what[i] == "restart" || what[i] == "drain") && askers[key] && label[i] !~ /NodeLocal/ ? sprintf("%.0f", times[i] * rate[i] * answer[key]) : ""
  }
  print ""
  for (i = 1; i <= count; i++) {
    if (label[i] != label[i - 1]) {
      printf "%s## %s\n\n", (i > 1 ? "\n" : ""), label[i]
      print (label[i] in described ? described[label[i]] : "Machine: two cores; its load, the commit and the day were not recorded.") "\n"
      print "| what | q/s | dnsperf, node, UDP | dnsperf, pod, UDP | dnsperf, node, TCP | dnsperf, pod, TCP | prober, node, fresh UDP | prober, pod, fresh UDP | prober, node, reused UDP | prober, pod, reused UDP | prober, node, TCP | prober, pod, TCP | entries | seconds |"
      print "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    }
    printf "| %s, %d times | %d", what[i], times[i], rate[i]
    for (w = 1; w <= ways; w++) printf " | %s", cell(keys[i], way[w])
    printf " | %s | %s |\n", entries[keys[i]], seconds[i]
  }
}
