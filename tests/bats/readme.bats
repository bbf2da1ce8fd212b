# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bats
# README.md stays true: what it tells people to type is run by the package's build or by other tests, its
# configuration is accepted, and its demonstration is the one that ./dev demo shows.

# shellcheck disable=SC2016 # what is looked for in scripts is not to expand

bats_require_minimum_version 1.5.0

top=${abs_top_srcdir:-$BATS_TEST_DIRNAME/../..}

# runner COMMAND: what stands in a script instead, if it is not the command itself
runner()
{
	case $1 in
	'./dev deps test') echo 'deps test' ;;
	'./configure --prefix=/usr --sysconfdir=/etc' | make | 'make install') echo 'dh $@' ;;
	*) echo "$1" ;;
	esac
}

# For people to look at; no test runs it. What the README shows of it is compared below.
shown='./dev demo'

# blocks LANGUAGE: the contents of the code blocks of the README, one after the other
blocks()
{
	awk -v start="\`\`\`$1" '{ sub(/^ +/, "") } /^```/ { inside = $0 == start; next } inside' "$top/README.md"
}

# Makes commands comparable: packages, blocks and what only tests need have different names.
normalise()
{
	sed -E -e 's#[^ ]*\.deb#X.deb#g' -e 's#\$memory/#/sys/devices/system/memory/#g' \
		-e 's#/memory/(\$block|memory[0-9]+)#/memory/memoryN#g' -e 's/ --no-pager//g'
}

# is_run COMMAND: whether a script of CI has it as a whole, not as the beginning of something longer
is_run()
{
	local command line

	command=$(runner "$1")
	while IFS= read -r line; do
		if [[ $line =~ (^|[^[:alnum:]_./-])"$command"($|[^[:alnum:]_./-]) ]]; then
			return 0
		fi
	done <"$BATS_TEST_TMPDIR/scripts"
	return 1
}

# The scripts of CI without comments; a tarball has not all of them.
collect_scripts()
{
	local scripts=("$top"/dev "$top"/.ci/run "$top"/debian/{rules,memhp.prerm} "$top"/tests/vm/*.bats) script

	for script in "${scripts[@]}"; do
		[ -e "$script" ] || skip "${script#"$top"/} is not here"
	done
	grep -hvE '^[[:blank:]]*#' "${scripts[@]}" | normalise >"$BATS_TEST_TMPDIR/scripts"
}

@test "every command in the README is run by CI" {
	local command n=0

	collect_scripts
	while IFS= read -r command; do
		n=$((n + 1))
		[ "$command" = "$shown" ] || is_run "$command" || {
			echo "nothing runs: $command"
			return 1
		}
	done < <(blocks sh | normalise)
	[ "$n" -gt 0 ]
}

@test "a command that nothing runs would be found" {
	collect_scripts
	run ! is_run 'memhp --sing'
	run ! is_run 'systemctl stop mem'
	run ! is_run 'ystemctl stop memhp'
}

@test "the configuration in the README is accepted" {
	[ -n "${abs_top_builddir:-}" ] || skip "needs memhp-generator"
	local root=$BATS_TEST_TMPDIR/root out=$BATS_TEST_TMPDIR/out

	mkdir -p "$root/etc" "$root/sys/devices/system/memory/memory0" "$out"
	echo 8000000 >"$root/sys/devices/system/memory/block_size_bytes"
	echo online >"$root/sys/devices/system/memory/memory0/state"
	blocks ini >"$root/etc/memhp.conf"
	[ -s "$root/etc/memhp.conf" ]
	# It has nothing to say, neither of mistakes nor of windows.
	run env -u SYSTEMD_SCOPE "$abs_top_builddir/memhp-generator" --root "$root" "$out"
	[ "$status" -eq 0 ]
	[ -z "$output" ]
	# Every value of the README differs from the default.
	[ "$(grep -cE '^(Policy\.MovableRatio=200|Cxl\.Zone=movable)$' "$out/memhp/policy")" -eq "$(blocks ini | grep -c =)" ]
}

@test "the demonstration in the README is that of ./dev demo" {
	local line n=0

	while IFS= read -r line; do
		n=$((n + 1))
		grep -qF -- "${line#[#$] }" "$top/tests/vm/demo" || {
			echo "not in tests/vm/demo: $line"
			return 1
		}
	done < <(blocks text | grep '^[#$] ')
	[ "$n" -gt 0 ]
}
