# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bats
# What memhpctl says to who does not know, or mistypes, its commands and options.

load helpers.bash

# refuses MESSAGE ARGUMENT...: with status 64 and this one line
refuses()
{
	run -64 --separate-stderr "$(program memhpctl)" "${@:2}"
	equal "$output" ""
	# shellcheck disable=SC2154 # set by run
	equal "$stderr" "memhpctl: $1; see memhpctl --help"
}

@test "help and version are there" {
	answers_help_and_version memhpctl
}

@test "help fits into 80 columns" {
	run -0 "$(program memhpctl)" --help
	lacks "$(awk 'length > 80' <<<"$output")" e
	contains "$output" "  status      who onlines memory" "  -o, --output LIST      columns by name"
}

# columns COMMAND [TABLE]: those that its help names, as the keys of JSON
columns()
{
	"$(program memhpctl)" "$1" --help | sed -n "/^Columns${2:+ of $2}:/,/^\$/s/^  \([A-Z-]*\) .*/\1/p" |
		tr 'A-Z-' 'a-z_' | xargs
}

@test "each command has a help text of its own" {
	local command

	for command in $("$(program memhpctl)" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p'); do
		run -0 --separate-stderr "$(program memhpctl)" "$command" --help
		contains "$output" "Usage: memhpctl $command [OPTION...]" "  -h, --help"
		lacks "$(awk 'length > 80' <<<"$output")" e
		equal "$(LD_PRELOAD='' "$(program memhpctl)" -h "$command")" "$output"
	done
	contains "$("$(program memhpctl)" plan --help)" "--policy FILE" "--bytes"
	lacks "$("$(program memhpctl)" monitor --help)" "--policy" "--bytes"
	refuses 'unknown command "stauts"; did you mean status?' --help stauts
}

@test "help names all columns of all tables" {
	local table

	machine cxl-window
	config <<<$'[Cxl]\nZone=auto'
	policy
	for table in policy nodes groups; do
		equal "$(ctl status --json | jq -r ".${table}[0] | keys_unsorted | join(\" \")")" "$(columns status "$table")"
	done
	for table in block settings checks sums; do
		equal "$(ctl explain dax0.0 --json | jq -r ".${table}[0] | keys_unsorted | join(\" \")")" "$(columns explain "$table")"
	done
	equal "$(ctl plan --json | jq -r '.plan[0] | keys_unsorted | join(" ")')" "$(columns plan)"
	run ctl doctor --json
	equal "$(jq -r '.findings[0] | keys_unsorted | join(" ")' <<<"$output")" "$(columns doctor)"
	config <<<"Zone=leave"
	run ctl check --json
	equal "$(jq -r '.mistakes[0] | keys_unsorted | join(" ")' <<<"$output")" "$(columns check)"
	contains "$(columns status namespaces)" "namespace mode"
}

@test "a command that is misspelt gets a suggestion" {
	refuses 'unknown command "stauts"; did you mean status?' stauts
	refuses 'unknown command "snapshoot"; did you mean snapshot?' snapshoot
	commands="status, map, plan, explain, check, doctor, online, reload, monitor, metrics, snapshot"
	refuses "unknown command \"frobnicate\"; allowed: $commands" frobnicate
	refuses "unknown command \"\"; allowed: $commands" ""
	refuses "no command; allowed: $commands"
}

@test "an option that is misspelt gets a suggestion" {
	refuses 'unknown option "--jsno"; did you mean --json?' status --jsno
	refuses 'unknown option "--polcy"; did you mean --policy?' plan --polcy=x
	refuses 'unknown option "--sing"' status --sing
	refuses 'unknown option "-x"' status -x
	refuses 'unknown option "-x"' --raw -nx status
	refuses '"--ver" is not clear; allowed: verbose, version' --ver
	refuses '"--r" is not clear; allowed: root, raw' --r
}

@test "a table or a column that is misspelt gets a suggestion" {
	machine one-dimm
	refuses 'unknown table "group"; did you mean groups?' --root "$root" status group
	refuses 'unknown table "blocks"; allowed: policy, nodes, groups, namespaces' --root "$root" status blocks
	refuses 'unknown column "comand"; did you mean COMMAND?' --root "$root" status groups -o comand
	refuses 'unknown column "x"; allowed: all, NODE, EARLY, KERNEL, MOVABLE, CMA, OFFLINE, RATIO, ALLOWED, HEADROOM, HEADROOM-BLOCKS, BOOT-OFFLINE' \
		--root "$root" status nodes -o node,x
}

@test "an argument of an option that is missing or too much is told" {
	refuses '--root needs an argument, DIR' status --root
	refuses '--output needs an argument, LIST' status -o
	refuses '--json takes no argument' status --json=yes
}

@test "arguments that are missing or too much are told, with what is allowed" {
	refuses 'explain needs an argument; allowed: memhpctl explain memoryN|DEVICE|ADDRESS [TABLE]' explain
	refuses '"here" is too much; allowed: memhpctl map' map here
	refuses '"memory33" is too much; allowed: memhpctl online [DEVICE]' online memory32 memory33
}

@test "an option that a command does not take is named" {
	refuses 'online does not take --json' online --json
	refuses 'monitor does not take --raw' monitor -Jr
	refuses 'map does not take --bytes' map -b
	refuses 'status does not take --add' status --add dimm:1G
	refuses 'doctor does not take --policy' doctor --policy x
}
