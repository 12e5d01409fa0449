# lab: file tests/tools/caselib.sh
#
# From a NIC to guests that are served, with xmdctl alone: what create would do, and why not; create; check, status, vifs,
# stats, metrics and top while a guest sends; the driver domain dies, and its last words are kept.
. /case/caselib.sh
image="--kernel $(drv_kernel) --ramdisk $(drv_ramdisk) --memory $(drv_memory)"
run() { # EXPECTED-STATUS FILE xmdctl's arguments
    want=$1 file=/logs/$2 status=0
    shift 2
    xmdctl "$@" > "$file" 2>&1 || status=$?
    [ "$status" = "$want" ] || fail "xmdctl $*: status $status, not $want: $(cat "$file")"
}
has() { # FILE PATTERN
    grep -qE -- "$2" "/logs/$1" || fail "$1 has no '$2': $(cat "/logs/$1")"
}

note "no image, and no such card: nothing is done"
run 1 create-none.txt create drv --nic 0000:77:00.0 --kernel /no/such --dry-run
has create-none.txt 'no such PCI device'
has create-none.txt "$NIC"
has create-none.txt 'no such file'
has create-none.txt 'once the errors above are gone'
gone drv || fail "there is a drv"

note "what would be done, and then it is"
# as if dom0 had booted without it being hidden
echo "$NIC" > /sys/bus/pci/drivers/pciback/unbind
# shellcheck disable=SC2086
run 0 create-dry.txt create drv --nic "$NIC" $image --dry-run
has create-dry.txt "xl pci-assignable-add $NIC"
[ ! -e /etc/xen/drv.cfg ] || fail "--dry-run has written something"
began=$(now_ms)
# shellcheck disable=SC2086
run 0 create.txt create drv --nic "$NIC" $image
metric create_to_serving $(($(now_ms) - began)) ms
has create.txt 'drv serves'
drv_id=$(xl domid drv)
supervise 'stable = 2'
# shellcheck disable=SC2086
run 1 create-twice.txt create drv --nic "$NIC" $image --memory 200
has create-twice.txt 'a domain of that name runs'
has create-twice.txt 'with something else in it'

note "a guest, as its owner and as a program see it"
guest_start g1 stock pv
reachable g1 "$PEER_IP" 3 || fail "g1 does not reach the peer"
run 0 check.txt check drv
has check.txt '^0 errors'
wait_until 10 "xmdctl status | grep -q '^drv .* watched .* $NIC'" || fail "status: $(xmdctl status)"
run 0 status.txt status drv
has status.txt "^drv +$drv_id +watched +1 .*$NIC"
has status.txt ' g1 .* stock '
run 0 vifs.txt --json vifs drv
has vifs.txt '"guest_name": "g1".*"tx_frames": [1-9]'
run 0 stats.txt --json stats drv
has stats.txt '"kind": "nic", "link": 1, "speed": 1000,.*"crossings": [1-9]'
has stats.txt '"kind": "vif".*"guest_name": "g1".*"rx_frames": [1-9]'
run 0 metrics.txt metrics
has metrics.txt '^xmd_domain_watched\{domain="drv"\} 1$'
has metrics.txt '^xmd_vif_tx_frames_total\{domain="drv",guest="g1",vif="0",mac="00:16:3e:77:00:0b"\} [1-9]'
on g1 "ping -i 0.02 -c 150 $PEER_IP" > /dev/null &
run 0 top.txt top --once
has top.txt 'drv \(domain .*link 1000 Mb/s, well'
has top.txt ' g1 +[0-9]+/0 +[1-9]'
# nobody asks any more, and nothing is left of it
xenstore-ls /local/domain/"$drv_id"/data/xmd-backend > /logs/own.txt
! grep -q stats /logs/own.txt || fail "something is left of the counters: $(cat /logs/own.txt)"

note "its last words"
run 0 logs-none.txt --json logs drv
on drv 'echo c > /proc/sysrq-trigger' > /dev/null 2>&1 &
wait_until 60 "xmdctl history drv | grep -q crashed" || fail "it is not back: $(xmdctl status)"
wait_until 20 "reachable g1 $PEER_IP 1" || fail "g1 does not reach the peer any more"
wait_until 5 'xmdctl logs drv | grep -qE "panic|Call Trace"' || fail "nothing of the panic: $(xmdctl logs drv)"
run 0 logs.txt --json logs drv
has logs.txt '"death": 1, "time": "[^"]*\+00:00", "name": "drv", "domid": [0-9]+, "cause": "crashed"'
run 1 unknown.txt status drv9
run 1 unknown2.txt logs drv9
run 2 usage.txt frobnicate
