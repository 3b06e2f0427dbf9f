#!/bin/bash
# "tcpdump -i any -w" of tcpdump 4.99.3 writes the link type LINUX_SLL2, and no program of Debian 12 that counts DNS messages in a capture
# reads it: dnscap 2.1.1 prints nothing and exits with 0, dnstop 20120611 exits with 1, and dnsscope, dnsgram and dnspcap2calidns of
# PowerDNS 4.7.3 say "Unsupported link type 276". With "-y LINUX_SLL" each reads the capture. Where the frames have a VLAN tag, dnstop and
# dnsscope count no message and exit with 0; dnscap has them with "-L 5".
# Seen:  four questions and answers, counted by dnscap and dnstop (questions) and dnsscope (messages): Ethernet, raw IP and SLL: 4 4 8;
#        VLAN: 4 0 0; SLL2: nothing and exit 0; unsupported data link type 276; Unsupported link type 276
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }

debian tcpdump=4.99.3-1 libpcap0.8=1.10.3-1 dnscap=2.1.1-1 dnstop=20120611-2+b4 libncurses6 libtinfo6 pdns-tools=4.7.3-2 libldns3 \
  libboost-program-options1.74.0 libsodium23
export LD_LIBRARY_PATH="$LD_LIBRARY_PATH:$work/root/lib/$(uname -m)-linux-gnu"
install unshare --net true
cat > live.sh <<'CODE'
ip link set lo up; touch "$1.log"; tcpdump -Z root -i any -c 1 $2 -w "$1" 2>"$1.log" & until grep -q listening "$1.log"; do sleep 0.1; done
for _ in $(seq 20); do echo "question" > /dev/udp/127.0.0.1/53; sleep 0.1; kill -0 $! 2>&- || break; done; wait
CODE
live() { unshare --net bash live.sh "$@"; tcpdump -Z root -nr "$1" 2>&1 | grep -oE 'link-type [A-Z0-9_]+'; }
same "tcpdump -i any" "$(live default)" "link-type LINUX_SLL2"
same "tcpdump -i any -y LINUX_SLL" "$(live old "-y LINUX_SLL")" "link-type LINUX_SLL"
cat > make.py <<'CODE'
# Four questions and answers in UDP of IPv4, in one file for each link type.
import struct
name = b"\2ns\7example\3org\0\0\1\0\1"
def total(data):
    value = sum(struct.unpack(f">{len(data) // 2}H", data))
    while value >> 16: value = (value & 0xffff) + (value >> 16)
    return ~value & 0xffff
def packet(source, target, ports, message):
    udp = struct.pack(">4H", *ports, 8 + len(message), 0) + message
    head = lambda sum: struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 1, 0, 64, 17, sum, bytes(source), bytes(target))
    return head(total(head(0))) + udp
client, server, packets = (10, 0, 0, 5), (10, 0, 0, 53), []
for id in range(4):
    packets.append(packet(client, server, (40000 + id, 53), struct.pack(">6H", id, 0x100, 1, 0, 0, 0) + name))
    answer = struct.pack(">6H", id, 0x8580, 1, 1, 0, 0) + name + b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\xc0\0\2\1"
    packets.append(packet(server, client, (53, 40000 + id), answer))
frames = {"ethernet": (1, b"\2" * 6 + b"\4" * 6 + b"\x08\0"), "vlan": (1, b"\2" * 6 + b"\4" * 6 + b"\x81\0\0\5\x08\0"), "raw": (101, b""),
  "sll": (113, b"\0\0\0\1\0\6" + b"\2" * 8 + b"\x08\0"), "sll2": (276, b"\x08\0\0\0\0\0\0\2\0\1\0\6" + b"\2" * 8)}
for kind, (link, head) in frames.items():
    with open(kind, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, link))
        for index, data in enumerate(packets):
            file.write(struct.pack("<4I", 1780000000 + index // 2, index % 2 * 2000, *[len(head + data)] * 2) + head + data)
CODE
python3 make.py
# Questions for dnscap and dnstop, messages for dnsscope
caught() { dnscap -r "$1" ${2:-} -g 2>&1 | grep -c 'QUERY,NOERROR,[0-9]*,rd'; }
topped() { dnstop "$1" 2>&1 </dev/null | awk '/^10.0.0.5 / && !found {found = $2} END {print found + 0}'; }
scoped() { dnsscope "$1" 2>&1 | sed -n 's/.*contained \([0-9]*\) correct.*/\1/p'; }
for kind in ethernet raw sll; do same "$kind" "$(caught $kind) $(topped $kind) $(scoped $kind)" "4 4 8"; done
same "vlan" "$(caught vlan "-L 5") $(topped vlan) $(scoped vlan)" "4 0 0"
dnscap -r sll2 -g >log 2>&1; same "sll2, dnscap" "$? $(wc -c < log)" "0 0" # exit code, octets
dnstop sll2 >log 2>&1 </dev/null; same "sll2, dnstop" "$? $(cat log)" "1 unsupported data link type 276"
for program in dnsscope dnsgram dnspcap2calidns; do
  same "sll2, $program" "$($program sll2 out 2>&1 | grep -o 'Unsupported link type 276' | uniq)" "Unsupported link type 276"
done
