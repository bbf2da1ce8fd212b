# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bats
# The text of memhpctl metrics, read by a parser that forgives nothing.

load helpers.bash

# metrics: what the parser has read, a line a sample; fails where the text is not OpenMetrics, or not what node
# exporter's textfile collector reads
metrics()
{
	ctl metrics >"$BATS_TEST_TMPDIR/metrics" || return
	"$abs_top_srcdir/tests/lib/openmetrics" <"$BATS_TEST_TMPDIR/metrics"
}

# refuses TEXT: the parser does
refuses()
{
	run -1 "$abs_top_srcdir/tests/lib/openmetrics" <<<"$1"
}

@test "the parser refuses what is no OpenMetrics" {
	local good=$'# TYPE a_bytes gauge\n# UNIT a_bytes bytes\n# HELP a_bytes An a.\na_bytes{b="c"} 1\n# EOF'

	run -0 "$abs_top_srcdir/tests/lib/openmetrics" <<<"$good"
	equal "$output" 'a_bytes{b="c"} 1'
	refuses "${good%$'\n'*}"                 # no end
	refuses "$good"$'\na_bytes 2'            # something behind it
	refuses "${good/ 1/ one}"                # no number
	refuses "${good/b=\"c\"/b=c}"            # no quotes
	refuses "${good/gauge/widget}"           # no type
	refuses "${good/\# UNIT a_bytes bytes/# UNIT a_bytes seconds}"
	refuses "${good/\# HELP a_bytes An a./}"  # an empty line
	refuses "${good/a_bytes\{b/x_bytes\{b}"  # a sample of something else
	refuses "${good/$'\n'# EOF/$'\n'a_bytes\{b=\"c\"\} 2$'\n'# EOF}" # twice the same
	refuses "${good//gauge/counter}"         # a counter without _total
}

@test "sizes of nodes and zones are bytes" {
	machine half-online-dimm
	policy
	run -0 metrics
	contains "$output" 'memhp_memory_bytes{node="0",zone="early"} 2147483648' \
		'memhp_memory_bytes{node="0",zone="movable"} 268435456' \
		'memhp_memory_bytes{node="0",zone="kernel"} 0' \
		'memhp_memory_bytes{node="0",zone="offline"} 268435456' \
		'memhp_block_size_bytes 134217728'
	contains "$output" 'memhp_movable_ratio{node="0"} 0.125' 'memhp_movable_allowed_ratio 3.01' \
		"memhp_headroom_bytes{node=\"0\"} $((46 * 128 << 20))"
}

@test "who onlines is a figure for each" {
	machine one-dimm
	run -0 metrics
	contains "$output" 'memhp_in_force 0' 'memhp_onliner{onliner="memhp"} 0' 'memhp_onliner{onliner="others"} 1'
	policy
	run -0 metrics
	contains "$output" 'memhp_in_force 1' 'memhp_onliner{onliner="memhp"} 1' 'memhp_onliner{onliner="others"} 0'
}

@test "devices are counted by provider and state, what waits by its owner" {
	machine four-dimms
	policy
	set_block memory32 online Movable
	for n in 36 37 38 39; do
		set_block "memory$n" online Movable
	done
	pending memory40
	run -0 metrics
	contains "$output" 'memhp_groups{provider="dimm",state="online"} 1' 'memhp_groups{provider="dimm",state="partly"} 1' \
		'memhp_groups{provider="dimm",state="offline"} 2' "memhp_waiting_bytes{owner=\"memhp\"} $((11 * 128 << 20))" \
		'memhp_spool_blocks{state="pending"} 1' 'memhp_spool_blocks{state="retry"} 0'
	lacks "$output" 'provider="cxl"'
}

@test "decisions and failures are counted since memhp came into force" {
	machine four-dimms
	policy
	run -0 metrics
	contains "$output" 'memhp_decisions_total 0' 'memhp_blocks_onlined_total 0'
	pending memory32 memory36
	callout --drain
	run -0 metrics
	contains "$output" 'memhp_decisions_total 2' 'memhp_blocks_onlined_total 8' 'memhp_blocks_refused_total 0'
}

@test "no limit is infinite" {
	machine one-dimm
	config <<-END
		[Dimm]
		Zone=movable
	END
	policy
	run -0 metrics
	contains "$output" 'memhp_headroom_bytes{node="0"} +Inf'
}

@test "a node without early memory has no ratio" {
	machine memory-only-node
	policy
	run -0 metrics
	lacks "$output" 'memhp_movable_ratio{node="1"}'
	contains "$output" 'memhp_headroom_bytes{node="1"} 0'
}

@test "every machine has metrics" {
	local table

	for table in "$abs_top_srcdir"/tests/machines/*.txt; do
		[ "$(basename "$table")" != no-hotplug.txt ] || continue
		rm -rf "$root"
		machine "$(basename "$table" .txt)"
		run -0 metrics
	done
}
