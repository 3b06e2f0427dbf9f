# docs/benchmarks-loss.md from the rows of benchmarks/loss.sh: label, rate, disturbance, times, tool, place, way, sent, lost, seconds.
function cell(key, at) { return (key, at) in lost ? lost[key, at] " of " sent[key, at] : "" }
BEGIN {
  print "# Losses while CoreDNS changes\n"
  print "`benchmarks/loss.sh` measured this and wrote this page: what clients lose while the delivered CoreDNS is restarted, drained, changed and"
  print "scaled. Two tools ask at once and without a retry; a C library's client would have asked again after its time limit. dnsperf counts the"
  print "queries that got no answer in 5 s. It has 20 sockets that stay open, and asks at the rate of the row over UDP and at a quarter of it over"
  print "TCP. The prober counts every outcome but the right answer, and asks 200 times a second in each of its ways, from the client pod. \"Entries\""
  print "is the kernel's count on all nodes: answers from port 53 that came back after kube-proxy had deleted the connection tracking entry of"
  print "their query, once for each socket and pod.\n"
  print "A TCP query is lost when it is under way while CoreDNS closes the connection: when a pod ends, and when it loads a Corefile. What"
  print "kube-proxy loses, how the suite counts it, and on what machine these rows were measured, is in"
  print "[acceptance](acceptance.md#what-kube-proxy-may-lose).\n"
  ways = split("dnsperf|node|udp;dnsperf|pod|udp;dnsperf|node|tcp;dnsperf|pod|tcp;" \
    "prober|pod|udp-fresh;prober|pod|udp-reused;prober|pod|tcp", way, ";")
}
{
  key = $1 SUBSEP $2 SUBSEP $3
  if (!(key in seen)) { seen[key]; keys[++count] = key; label[count] = $1; rate[count] = $2; what[count] = $3; times[count] = $4; seconds[count] = $10 }
  at = $5 "|" $6 "|" $7
  if ($5 == "kernel") entries[key] = $9
  else { sent[key, at] = $8; lost[key, at] = $9 }
}
END {
  for (i = 1; i <= count; i++) {
    if (label[i] != label[i - 1]) {
      printf "%s## %s\n\n", (i > 1 ? "\n" : ""), label[i]
      print "| what | q/s | dnsperf, node, UDP | dnsperf, pod, UDP | dnsperf, node, TCP | dnsperf, pod, TCP | prober, fresh UDP | prober, reused UDP | prober, TCP | entries | seconds |"
      print "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    }
    printf "| %s, %d times | %d", what[i], times[i], rate[i]
    for (w = 1; w <= ways; w++) printf " | %s", cell(keys[i], way[w])
    printf " | %s | %s |\n", entries[keys[i]], seconds[i]
  }
}
