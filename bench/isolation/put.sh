# shellcheck shell=sh disable=SC2154,SC2034  # caselib.sh, workload.sh; the case's own
# SPDX-License-Identifier: GPL-2.0
# How a fault is put in: by xmd-inject into a user half, by xmd_poke into a module, by an attack of a guest; and how what
# it was put into is made whole again.

# Which half: of a user half the program, of a kernel half the module. In a module's name, the kernel has no dashes.
place_is() { # WHERE [MODULE]
	WHERE=$1 program='' module=$(echo "${2:-}" | tr - _)
	case $WHERE in
	userdriver) program=xmd-userdriver ;;
	backend) program=xmd-backend ;;
	esac
}
place_is "$WHERE" "${MODULE:-}"

put_prepare() {
	case $WHERE in
	guest) ;;
	*-kernel) poke_prepare ;;
	*) put drv /case/xmd-inject /usr/bin/xmd-inject ;;
	esac
}

inject() {
	case $WHERE in
	guest)
		sleep_ms "$delay"
		attack
		;;
	*-kernel)
		sleep_ms "$delay"
		poke_inject
		;;
	*)
		timeout 60 on drv "xmd-inject fault --name $program --type $type --site $at --old $old --new $new --seed $seed \
			--delay $delay --within 6000" 2>&1 || true
		;;
	esac
}

# What the fault was put into goes, and another comes; one that has ended by itself is another already.
refresh() {
	case $WHERE in
	guest) attacker_again; return ;;
	*-kernel) timeout 10 on drv 'echo 1 > /sys/kernel/debug/xmd-poke/clear' 2> /dev/null || true; return ;;
	esac
	r_pid=$(field "${WHERE}_pid" "$after")
	[ "$r_pid" != "$(field "${WHERE}_pid" "$before")" ] || timeout 10 on drv "kill -9 $r_pid" || true
	wait_until 30 serves
}

# ---- which blocks run ----

cover() { # SECONDS BLOCKS
	put drv "$2" "/root/blocks-$WHERE"
	if [ -n "$program" ]; then
		# with a stop at each block it may be given up for its slowness: the rest is looked for in the next one
		on drv "cp /root/blocks-$WHERE /root/left && : > /root/reached && tries=5
			while ! xmd-inject cover --name $program --blocks /root/left --seconds $1 > /root/found; do
				tries=\$((tries - 1))
				[ \$tries -gt 0 ] || { cat /root/found >&2; exit 1; }
				grep '^0x' /root/found >> /root/reached
				grep -v -w -F -f /root/reached /root/blocks-$WHERE > /root/left
				sleep 2
			done
			cat /root/reached /root/found" || fail "no coverage"
	else
		poke_cover "$1"
	fi
}

# ---- kernel halves, by xmd_poke ----

poke_prepare() {
	put drv /case/xmd_poke.ko /root/xmd_poke.ko
	on drv 'grep -q ^xmd_poke /proc/modules || insmod /root/xmd_poke.ko' || fail "xmd_poke is not loaded"
}

# The plan's addresses are offsets in .text.
poke_cover() { # SECONDS
	on drv "base=\$(cat /sys/module/$module/sections/.text)
		while read -r at old _; do
			printf 'cover $module %s %s' \$base+\$at \$old > /sys/kernel/debug/xmd-poke/arm || true
		done < /root/blocks-$WHERE 2> /root/refused
		sleep $1
		while read -r at how _; do
			[ \$how != reached ] || echo \$at
		done < /sys/kernel/debug/xmd-poke/state
		echo 1 > /sys/kernel/debug/xmd-poke/clear" || fail "no coverage"
}

# As xmd-inject reports it
poke_inject() {
	case $type in
	register | stack) p_line="$type $module ADDR $old $seed" ;;
	spin) p_line="spin $module ADDR $old" ;;
	none) p_line="none $module ADDR $old" ;;
	*) p_line="text $module ADDR $old $new" ;;
	esac
	# what is reached may be the end of this domain: then nobody answers
	timeout 30 on drv "base=\$(cat /sys/module/$module/sections/.text)
		line=\$(echo '$p_line' | sed \"s/ADDR/\$base+$at/\")
		printf %s \"\$line\" > /sys/kernel/debug/xmd-poke/arm || { echo differs; exit 0; }
		i=0
		while [ \$i -lt 60 ]; do
			! grep -q ' reached ' /sys/kernel/debug/xmd-poke/state || { echo reached; exit 0; }
			i=\$((i + 1))
			usleep 100000
		done
		echo 1 > /sys/kernel/debug/xmd-poke/clear
		echo not-reached" > /run/lab/poked 2> /dev/null || true
	case $(cat /run/lab/poked) in
	differs | not-reached) echo "{\"result\":\"$(cat /run/lab/poked)\",\"did\":\"\"}" ;;
	*) echo "{\"result\":\"injected\",\"did\":\"$type\"}" ;;
	esac
}

# ---- attacks, by a guest that has a vif of its own and no frontend in its kernel ----

attacker=g4
attacker_id=none attacker_left=
hostile="xmd-hostile-front -i $(addr $attacker) -p $PEER_IP -v $(mac g1)"
honest() { timeout 60 on $attacker "$hostile probe" > /dev/null 2>&1; }

attacker_start() {
	guest_start $attacker none pv
	tool xmd-hostile-front $attacker
	attacker_id=$(xl domid $attacker)
}

# One that is over at once is repeated for as long as the others take.
attack() {
	on drv "echo 'xmd-inject: $type by $attacker' > /dev/kmsg" 2> /dev/null || true
	case $type in
	none) sleep "$OBSERVE" ;;
	busy) on $attacker "timeout $OBSERVE sh -c 'while :; do :; done'" || true ;;
	*)
		timeout 300 on $attacker "end=\$((\$(date +%s) + $OBSERVE)) times=0 status=0
			while [ \$status = 0 ]; do
				times=\$((times + 1))
				$hostile -t $OBSERVE $type > /tmp/said 2>&1 || status=\$?
				[ \$(date +%s) -lt \$end ] || break
			done
			echo status \$status, times \$times, \$(grep -E '^($type |BROKEN)' /tmp/said | tail -n 2)"
		;;
	esac > /run/lab/attacked 2>&1 || echo "no answer: $(cat /run/lab/attacked)" > /run/lab/attacked
	a_said=$(tr -s ' \n' ' ' < /run/lab/attacked | tr -d '"\\' | sed 's/ $//')
	case $a_said in
	'status 2'*) echo "{\"result\":\"failed\",\"did\":\"$a_said\"}" ;;
	*) echo "{\"result\":\"injected\",\"did\":\"${a_said:-$type}\"}" ;;
	esac
}

# Its vif is its own to lose. What has to work is that it gets another, as an administrator gives it one; a guest that has
# to be made anew for that has left something behind.
attacker_again() {
	attacker_left=
	! honest || return 0
	did="$did; its vif is attached anew"
	timeout 60 xl network-detach $attacker 0 > /dev/null 2>&1 || true
	timeout 60 xl network-attach $attacker backend=drv bridge=xenbr0 mac="$(mac $attacker)" > /dev/null 2>&1 || true
	! honest || return 0
	attacker_left=" attacker-vif"
	did="$did, the guest made anew"
	(guest_stop $attacker && attacker_start) > /run/lab/attacked 2>&1 || return 1
	attacker_id=$(xl domid $attacker)
	honest
}
