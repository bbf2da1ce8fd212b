# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bats
# memhpctl snapshot: the archive has what memhp reads, all of it and nothing else.

load helpers

archive=$BATS_TEST_TMPDIR/machine.tar.gz
unpacked=$BATS_TEST_TMPDIR/unpacked

# in_force [MACHINE]: memhp.service is active there
in_force()
{
	machine "$@"
	generator "$generated" 2>/dev/null
	publish start 2>/dev/null
}

unpack()
{
	rm -rf "$unpacked"
	mkdir "$unpacked"
	tar -C "$unpacked" -xf "$archive"
}

# tools ROOT: what memhp's programs say of a machine
tools()
{
	local command out

	for command in status doctor plan "explain memory32" map metrics; do
		# shellcheck disable=SC2086 # words
		"$(program memhpctl)" --root "$1" $command 2>&1 | sed "s|$1||g" || :
	done
	"$(program memhp-callout)" --root "$1" --dry-run 2>&1 || :
	out=$(mktemp -d -p "$BATS_TEST_TMPDIR")
	"$(program memhp-generator)" --root "$1" "$out" 2>&1 || :
	cat "$out"/memhp/* 2>/dev/null || :
}

@test "memhp says the same of the machine and of its unpacked archive" {
	for table in "$abs_top_srcdir"/tests/machines/*.txt; do
		name=$(basename "$table" .txt)
		rm -rf "$root"
		machine "$name"
		generator "$generated" 2>/dev/null
		publish start 2>/dev/null || true
		run ctl snapshot "$archive"
		case $name in
		hidden-iomem) equal "$status" 1 ;;
		*) equal "$status" 0 ;;
		esac
		unpack
		diff -u <(tools "$root") <(tools "$unpacked") || {
			echo "of $name"
			return 1
		}
	done
}

# opened PROGRAM ARGUMENT...: the files below $root that a program has read
opened()
{
	local path

	path=$(program "$1")
	strace -f -y -qq -e trace=openat,readlinkat,readlink -o "$BATS_TEST_TMPDIR/trace" \
		"$path" --root "$root" "${@:2}" >/dev/null 2>&1 || :
	sed -nE "s#.*(openat|readlinkat)\([0-9]+<$root>, \"([^\"]+)\".*= [0-9].*#\2#p" "$BATS_TEST_TMPDIR/trace"
}

@test "every file that memhp reads is in the archive" {
	strace -qq true 2>/dev/null || skip "strace cannot trace here"
	config <<<$'[Policy]\nMovableRatio=200'
	config etc/memhp.conf.d/10-site.conf <<<$'[Policy]\nNumaAware=no'
	config etc/tmpfiles.d/site.conf <<<"# nothing"
	for name in cxl-window pmem-window three-windows one-dimm virtio-mem no-numa; do
		machine "$name"
		mkdir -p "$root/sys/bus/dax/devices/dax0.0" "$root/sys/module/memory_hotplug/parameters" "$root/proc/sys/kernel"
		echo 1 >"$root/sys/bus/dax/devices/dax0.0/memmap_on_memory"
		echo offline >"$root/sys/bus/dax/devices/dax0.0/state"
		echo N >"$root/sys/module/memory_hotplug/parameters/memmap_on_memory"
		echo 6.12.0 >"$root/proc/sys/kernel/osrelease"
		echo "ro mem=4G" >"$root/proc/cmdline"
		generator "$generated" 2>/dev/null
		publish start 2>/dev/null
		run -0 ctl snapshot "$archive"
		unpack
		{
			opened memhpctl status
			opened memhpctl doctor
			opened memhpctl plan
			opened memhp-callout --dry-run
			mkdir -p "$BATS_TEST_TMPDIR/out"
			opened memhp-generator "$BATS_TEST_TMPDIR/out"
		} | sort -u >"$BATS_TEST_TMPDIR/opened"
		[ -s "$BATS_TEST_TMPDIR/opened" ]
		while read -r path; do
			[ -e "$unpacked/$path" ] || [ -L "$unpacked/$path" ] || {
				echo "of $name, not in the archive: $path"
				return 1
			}
		done <"$BATS_TEST_TMPDIR/opened"
		rm -rf "$root/sys" "$root/proc" "$root/run"
	done
}

@test "what s390 says of its standby memory is in the archive" {
	in_force <<-END
		block_size 256M
		blocks 0-7 node0 online Normal
		blocks 8 node0 offline "Normal Movable"
		file proc/sys/kernel/arch
		| s390x
		file proc/sys/kernel/osrelease
		| 6.19.0
		file sys/module/memory_hotplug/parameters/memmap_on_memory
		| Y
		file sys/firmware/memory/memory8/memmap_on_memory
		| 1
		file sys/firmware/memory/memory8/config
		| 1
		iomem
		| 00000000-8fffffff : System RAM
	END
	equal "$(ctl explain --json memory8 | jq -r '.block[0].self_hosted')" yes
	ctl snapshot "$archive"
	unpack
	equal "$("$(program memhpctl)" --root "$unpacked" explain --json memory8 | jq -r '.block[0].self_hosted')" yes
	lacks "$(tar -tf "$archive")" config
}

@test "nothing else is in the archive" {
	in_force cxl-window
	mkdir -p "$root/etc" "$root/proc/self" "$root/sys/class/dmi/id"
	echo secret >"$root/etc/machine-id"
	echo PATH=/ >"$root/proc/self/environ"
	echo 1234 >"$root/sys/class/dmi/id/product_serial"
	echo secret >"$root/run/other"
	ctl snapshot "$archive"
	files=$(tar -tf "$archive")
	[ -n "$files" ]
	lacks "$files" machine-id environ dmi run/other
	equal "$(grep -cvE '^(sys|proc|run/(memhp|udev/rules.d/79|tmpfiles.d/00-memhp|systemd/generator/memhp))' <<<"$files")" 0
}

@test "of the kernel command line only words about memory are kept" {
	machine one-dimm
	echo 'root=/dev/vda1 password=secret memhp=on "mem=4G" memory_hotplug.auto_movable_ratio=200 ip=10.0.0.1 -- mem=1G' >"$root/proc/cmdline"
	ctl snapshot "$archive"
	unpack
	equal "$(<"$unpacked/proc/cmdline")" 'memhp=on memory_hotplug.auto_movable_ratio=200'
}

@test "of tmpfiles.d only lines about memory are kept, where they are" {
	in_force one-dimm
	config usr/lib/tmpfiles.d/site.conf <<-'END'
		f /etc/key - - - - secret
		w /sys/devices/system/memory/auto_online_blocks - - - - online
		w /sys/devices/system/*/auto_online_blocks - - - - online
		# secret
	END
	ctl snapshot "$archive"
	unpack
	equal "$(<"$unpacked/usr/lib/tmpfiles.d/site.conf")" \
		$'\n'"$(sed -n 2,3p "$root/usr/lib/tmpfiles.d/site.conf")"
	diff -u <(tools "$root") <(tools "$unpacked")
}

@test "of the NFIT only address ranges are kept, without serial numbers" {
	machine pmem-window
	python3 - "$root/sys/firmware/acpi/tables/NFIT" <<-'END'
		import struct, sys
		table = bytearray(open(sys.argv[1], "rb").read())
		table[40:40] = struct.pack("<HHHHHHHHHHI", 4, 80, 1, 0, 0, 0, 0, 0, 0, 0, 0x53524e4f) + b"SERIAL" + bytes(50)
		table[4:8] = struct.pack("<I", len(table))
		open(sys.argv[1], "wb").write(table)
	END
	grep -q SERIAL "$root/sys/firmware/acpi/tables/NFIT"
	ctl snapshot "$archive"
	unpack
	run ! grep -q SERIAL "$unpacked/sys/firmware/acpi/tables/NFIT"
	rm -rf "$BATS_TEST_TMPDIR/one" "$BATS_TEST_TMPDIR/two"
	mkdir "$BATS_TEST_TMPDIR/one" "$BATS_TEST_TMPDIR/two"
	run -0 "$(program memhp-generator)" --root "$root" "$BATS_TEST_TMPDIR/one"
	contains "$output" "persistent memory 0x"
	first=$output
	run -0 "$(program memhp-generator)" --root "$unpacked" "$BATS_TEST_TMPDIR/two"
	equal "$output" "$first"
	equal "$(od -An -v -tu1 "$unpacked/sys/firmware/acpi/tables/NFIT" | xargs -n 1 | awk '{ s += $1 } END { print s % 256 }')" 0
}

@test "of boot_params only the memory map is kept, of iomem not the kernel's own place" {
	machine one-dimm
	printf 'SECRET' | dd of="$root/sys/kernel/boot_params/data" bs=1 seek=64 conv=notrunc status=none
	mkdir -p "$root/sys/kernel/boot_params/setup_data/0"
	echo 0x9 >"$root/sys/kernel/boot_params/setup_data/0/type"
	echo seed >"$root/sys/kernel/boot_params/setup_data/0/data"
	ctl snapshot "$archive"
	unpack
	run ! grep -q SECRET "$unpacked/sys/kernel/boot_params/data"
	[ ! -e "$unpacked/sys/kernel/boot_params/setup_data/0/data" ]
	run ! grep -q "Kernel" "$unpacked/proc/iomem"
	grep -q "System RAM" "$unpacked/proc/iomem"
}

@test "of rules of others only those that online memory are kept, and their places" {
	machine one-dimm
	for file in "$abs_top_srcdir"/tests/rules/*/*.rules; do
		name=$(basename "$(dirname "$file")").rules
		{
			echo '# SECRET comment'
			cat "$file"
			# shellcheck disable=SC2016 # udev's
			echo 'SUBSYSTEM=="net", ATTR{address}=="SECRET", RUN+="/bin/login SECRET $env{SECRET}"'
		} | config "usr/lib/udev/rules.d/$name"
	done
	config usr/lib/udev/rules.d/90-site.rules <<-'END'
		ENV{ID_SERIAL}=="SECRET", GOTO="end"
		SUBSYSTEM=="memory", ACTION=="add", ATTR{state}="online"
		LABEL="end"
		# SECRET
		KERNEL=="sd*", ENV{ID_SERIAL}=="SECRET", \
			SYMLINK+="SECRET"
	END
	config etc/udev/rules.d/70-net.rules <<<'SUBSYSTEM=="net", ATTR{address}=="SECRET", NAME="SECRET"'
	generator "$generated" 2>/dev/null
	publish start 2>/dev/null
	grep -q SECRET "$root"/run/udev/rules.d/*.rules
	run -0 ctl snapshot "$archive"
	unpack
	run ! grep -rq SECRET "$unpacked"
	for file in "$root"/{etc,run,usr/lib}/udev/rules.d/*.rules; do
		[ "$(wc -l <"$file")" -eq "$(wc -l <"$unpacked/${file#"$root/"}")" ]
	done
	contains "$(tools "$root")" "/usr/lib/udev/rules.d/90-site.rules:2: rule would online memory"
	diff -u <(tools "$root") <(tools "$unpacked")
	publish stop 2>/dev/null
	contains "$(ctl doctor || :)" "/usr/lib/udev/rules.d/90-site.rules:2: this rule onlines memory"
}

@test "the suffix says how to compress, and only its owner may read the file" {
	machine one-dimm
	for suffix in gz xz zst; do
		run -0 ctl snapshot "$BATS_TEST_TMPDIR/m.tar.$suffix"
	done
	gzip -t "$BATS_TEST_TMPDIR/m.tar.gz"
	xz -t "$BATS_TEST_TMPDIR/m.tar.xz"
	zstd -qt "$BATS_TEST_TMPDIR/m.tar.zst"
	run -0 ctl snapshot "$BATS_TEST_TMPDIR/m"
	gzip -t <"$BATS_TEST_TMPDIR/m"
	equal "$(stat -c %a "$BATS_TEST_TMPDIR/m")" 600
}

@test "a file that is there is replaced, whoever might read it" {
	machine one-dimm
	echo old >"$archive"
	chmod 644 "$archive"
	exec 5<"$archive"
	run -0 ctl snapshot "$archive"
	equal "$(stat -c %a "$archive")" 600
	equal "$(cat <&5)" old
	equal "$(echo "$archive"*)" "$archive"
}

@test "what a symbolic link leads to is left alone" {
	machine one-dimm
	echo precious >"$BATS_TEST_TMPDIR/precious"
	ln -s precious "$archive"
	run -74 ctl snapshot "$archive"
	equal "$output" "memhpctl: cannot create $archive: it is a symbolic link"
	equal "$(<"$BATS_TEST_TMPDIR/precious")" precious
	ln -sf nowhere "$archive"
	run -74 ctl snapshot "$archive"
	[ ! -e "$BATS_TEST_TMPDIR/nowhere" ]
	# A pipe may be a link.
	ctl --quiet snapshot /dev/stdout | gzip -t
}

@test "without addresses of memory an archive is not complete" {
	machine hidden-iomem
	run -1 --separate-stderr ctl snapshot "$archive"
	equal "$stderr" "memhpctl: the addresses in /proc/iomem are missing, because reading them needs root"
	[ -s "$archive" ]
}

@test "a file that cannot be written is an error in one line" {
	machine one-dimm
	run -74 ctl snapshot "$BATS_TEST_TMPDIR/no/such/file"
	equal "${#lines[@]}" 1
	contains "$output" "cannot create" "No such file or directory"
	run -74 ctl snapshot /dev/full
	contains "$output" "cannot write /dev/full"
	[ -c /dev/full ]
	# What was there before stays.
	echo old >"$archive"
	run -74 bash -c 'trap "" XFSZ; ulimit -f 0; exec "$@"' bash "$(program memhpctl)" --root "$root" snapshot "$archive"
	contains "$output" "cannot write $archive: "
	equal "$(<"$archive")" old
	equal "$(echo "$archive"*)" "$archive"
}

@test "a captured machine is not changed by it" {
	in_force cxl-window
	before=$(tree "$root")
	ctl snapshot "$archive"
	equal "$(tree "$root")" "$before"
}
