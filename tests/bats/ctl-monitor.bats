# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bats
# memhpctl monitor, as far as it needs no events: where it cannot show any it says so, and ends.

load helpers.bash

# Without a limit a monitor that does not notice would wait for ever.
monitor()
{
	timeout 10 "$(program memhpctl)" "$@" monitor
}

@test "a captured machine has no events" {
	machine one-dimm
	run -69 monitor --root "$root"
	equal "$output" "memhpctl: monitor shows the running machine only, not a captured one"
}

@test "where no udevd runs it ends at once, and says so" {
	[ -e /sys/devices/system/memory ] || skip "needs a kernel with memory hotplug"
	[ ! -e /run/udev/control ] || skip "udevd runs here"
	run -69 monitor
	equal "$output" "memhpctl: no udevd runs here: /run/udev/control is missing"
}
