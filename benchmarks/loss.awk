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
  print "kube-proxy loses, and how the suite counts it, is [below](#what-kube-proxy-may-lose).\n"
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
  print "of UDP and each restart, in which both pods go, each with half of the rate; a drain takes one pod, and so half of that. It is empty where that"
  print "time was not recorded, and behind NodeLocal DNSCache, which asks CoreDNS over TCP.\n"
  print "| where | what | q/s | dnsperf, UDP | dnsperf, TCP | prober, UDP | prober, TCP | the tools agree | entries | expected of kube-proxy |"
  print "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
  for (i = 1; i <= count; i++) {
    key = keys[i]
    printf "| %s | %s, %d times | %d | %s | %s | %s | %s | %s | %s | %s |\n", label[i], what[i], times[i], rate[i],
      both(key, "dnsperf|udp"), both(key, "dnsperf|tcp"), both(key, "prober|udp"), both(key, "prober|tcp"),
      agree(sum[key, "dnsperf|udp", "lost"], sum[key, "dnsperf|udp", "sent"], sum[key, "udp-reused", "lost"], sum[key, "udp-reused", "sent"]),
      entries[key], (what[i] == "restart" || what[i] == "drain") && askers[key] && label[i] !~ /NodeLocal/ ? sprintf("%.0f", times[i] * rate[i] * answer[key] * (what[i] == "drain" ? 0.5 : 1)) : ""
  }
  print ""
  print "## What was not run"
  print ""
  print "Of three rates, both modes of kube-proxy and four disturbances, without NodeLocal DNSCache, these were run; \"busy\" is a machine without idle"
  print "time."
  print ""
  print "| mode | q/s | restart | drain | corefile | scale |"
  print "| --- | --- | --- | --- | --- | --- |"
  modes = split("iptables nftables", mode, " "); rates = split("200 1000 3000", asked, " "); kinds = split("restart drain corefile scale", kind, " ")
  for (m = 1; m <= modes; m++) for (r = 1; r <= rates; r++) {
    line = "| " mode[m] " | " asked[r]
    for (k = 1; k <= kinds; k++) {
      found = ""
      for (i = 1; i <= count; i++) if (index(label[i], mode[m] " mode") && label[i] !~ /NodeLocal/ && rate[i] == asked[r] && what[i] == kind[k])
        found = found (found == "" ? "" : "; ") times[i] " times" (label[i] ~ /without idle time/ ? " (busy)" : label[i] ~ /without GOMAXPROCS/ ? " (without GOMAXPROCS)" : "")
      line = line " | " (found == "" ? "not run" : found)
    }
    print line " |"
  }
  print ""
  reasons = "benchmarks/loss-not-run.md"
  while ((read = (getline line < reasons)) > 0) print line
  if (read < 0) { print "loss.awk: " reasons " cannot be read; run it from the root of the repository" > "/dev/stderr"; exit 1 }
  print ""
  print "## What kube-proxy may lose"
  print ""
  print "A UDP socket that is used again stays with its pod through conntrack, until kube-proxy deletes the entry. It does so once, when the endpoint"
  print "goes. kube-proxy 1.28 calls `conntrack -D`, which ends with an error when an entry that it is about to delete has just run out. kube-proxy"
  print "then logs `Failed to delete endpoint connections` and does not try again (its source says so). The socket goes on asking the old pod. It"
  print "loses its queries from the moment that pod ends until conntrack forgets the flow."
  print ""
  print "This was seen once, in Adoption.1 under Flux: 242 failures, all of one prober's reused sockets. Every other query of that run was answered."
  print "Such a check fails, as it should; the logs of kube-proxy are kept with it."
  print ""
  print "A query that is under way when its pod leaves the Service may be lost too: kube-proxy deletes its entry, and the pod's answer is not"
  print "translated back. Such an answer makes an entry of its own. The suite counts these entries on the nodes during each disruption, once for each"
  print "socket and pod."
  print ""
  print "A lost packet of the suite's own probers is one of them where two things hold: an entry has the prober's address and port, and it was refreshed"
  print "within two seconds of the query. A port alone would be that of every query of a socket that stays open. The evidence has both counts. A"
  print "failed verdict says how many of the lost packets these answers explain. A socket that loses several answers at once may count as one."
  print ""
  print "The rows of this page show (Kubernetes 1.34.9 on kind, three nodes, two cores, tools that ask without a retry):"
  print ""
  print "- A restart costs some queries of sockets that stay open, in either mode. Over TCP it costs those that are under way when a connection ends."
  print "  With [NodeLocal DNSCache](node-local-dns.md#what-has-run) none was lost over TCP. Over UDP 30 were: the node dropped them, because the"
  print "  receive buffer of the cache's socket was full."
  print "- Expected is the rate times the answer time, for each asker and restart, with the millisecond of the loss that was traced to its packet. 20"
  print "  restarts at 200 queries/s of two askers then lose 8, where dnsperf lost 4 and the kernel counted 11. 10 restarts at 1,000 lose 20, where"
  print "  these are 36 and 17."
  print "- A machine or a CPU limit that is used up costs far more, in full queues, without an entry. Ten drains at 1,000 queries/s next to a build lost"
  print "  0.06 %. Five drains at 1,000 queries/s without GOMAXPROCS, at another time, lost none of 183,927."
  print "- Two replicas with a limit of 200m are not enough for 3,000 queries/s of each asker (8,100 together). In five drains one after the other 52 %"
  print "  of dnsperf's UDP queries were lost with GOMAXPROCS, as the tree sets it, and 42 % without. Raise `dns.resources.limits.cpu` or"
  print "  `dns.replicas` before such a load."
  print ""
  print "A client that asks again, as C libraries do, sees none of these as a failure (Disruption.5). With [NodeLocal DNSCache](node-local-dns.md) no"
  print "connection tracking is between a pod and its cache."
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
