# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bats
# memhpctl check: what is wrong with a configuration.

load helpers.bash

setup()
{
	machine boot-only
	cd "$BATS_TEST_TMPDIR" || return
}

@test "a configuration without mistakes is told so" {
	config <<<$'[Policy]\nMovableRatio=50'
	run -0 --separate-stderr ctl check
	equal "$output" "no mistakes"
	equal "$stderr" ""
}

@test "no configuration at all has no mistakes" {
	run -0 ctl check
	equal "$output" "no mistakes"
}

@test "with -q a status says it all" {
	run -0 ctl check -q
	equal "$output" ""
}

@test "mistakes are told with file and line, those of drop-ins too" {
	config <<<$'[Policy]\nMovableRatio=lots\n[Cxl]\nZnoe=leave'
	config usr/lib/memhp/memhp.conf.d/50-x.conf <<<$'[Dim]\nZone=auto'
	run -1 --separate-stderr ctl check
	equal "$stderr" ""
	equal "${#lines[@]}" 3
	contains "${lines[0]}" '/etc/memhp.conf:2: bad value "lots" for [Policy] MovableRatio='
	contains "${lines[1]}" '/etc/memhp.conf:4: unknown key Znoe= in section [Cxl]' 'did you mean Zone?'
	contains "${lines[2]}" '/usr/lib/memhp/memhp.conf.d/50-x.conf:1: unknown section [Dim]' || \
		contains "${lines[2]}" '/usr/lib/memhp/memhp.conf.d/50-x.conf:2: unknown section [Dim]'
}

@test "the generator says the same" {
	config <<<$'Zone=leave\n[Policy]\nMovableRatio=-1\nNumaAware\n[Range 4G-3G]\nZone=leave\n[Node 1'
	run -1 --separate-stderr ctl check
	equal "$output" "$(generator "$generated" 2>&1 | sed -n 's#^memhp-generator: \(/etc/memhp.conf:\)#\1#p')"
}

@test "files are checked alone, by the names they were given" {
	config <<<$'[Policy]\nMovableRatio=lots'
	printf '[Policy]\nMovableRatio=50\n' >good.conf
	printf '[Policy]\n\nNumaAware=perhaps\n' >bad.conf
	run -0 ctl check good.conf
	equal "$output" "no mistakes"
	run -1 ctl check good.conf bad.conf
	equal "${#lines[@]}" 1
	contains "$output" 'bad.conf:3: bad value "perhaps"'
	run -1 ctl check "$PWD/bad.conf"
	contains "$output" "$PWD/bad.conf:3: "
}

@test "a file that is not there is no clean file" {
	run -66 --separate-stderr ctl check missing.conf
	equal "$output" ""
	equal "$stderr" "memhpctl: cannot read missing.conf: No such file or directory"
}

@test "what is no file cannot be checked" {
	mkdir dir.conf
	run -74 --separate-stderr ctl check dir.conf
	contains "$stderr" "cannot read dir.conf: "
}

@test "the sample configuration has no mistakes" {
	run -0 ctl check "$abs_top_srcdir/conf/memhp.conf"
}

@test "as JSON a mistake has its file, its line and what is wrong" {
	run -0 ctl check --json
	equal "$(jq -c . <<<"$output")" '{"mistakes":[]}'
	config <<<$'[Policy]\nMovableRatio=lots'
	mkdir -p "$root/etc/memhp.conf.d/50-x.conf"
	run -1 ctl check --json
	equal "$(jq -c '.mistakes[] | [.file, .line]' <<<"$output" | xargs)" '[/etc/memhp.conf,2] [/etc/memhp.conf.d/50-x.conf,null]'
	contains "$(jq -r '.mistakes[0].message' <<<"$output")" 'bad value "lots" for [Policy] MovableRatio='
	printf '[Cxl]\nZone=move\n' >bad.conf
	run -1 ctl check --json bad.conf
	equal "$(jq -c '.mistakes[] | [.file, .line]' <<<"$output")" '["bad.conf",2]'
	run -1 ctl check --raw --noheadings --output line,file bad.conf
	equal "$output" "2 bad.conf"
	run -66 --separate-stderr ctl check --json missing.conf
	equal "$output" ""
	run -64 ctl check --output colour
}
