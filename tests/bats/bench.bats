# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bats
# The harness of "./dev bench" without a machine: what it makes of figures, and of runs that fail.

bats_require_minimum_version 1.5.0

top=${abs_top_srcdir:-$BATS_TEST_DIRNAME/../..}
bench=$top/tests/bench/bench

# two_rounds: a runs.csv in which memhp takes half of the time of two peers, in microseconds
two_rounds()
{
	cat <<-'END'
		work,round,peer,online,settled,processes,cpu,disk,disk_udev,peak
		dimm-8,0,idle,,,,,100000,50000,
		dimm-8,0,memhp,1000000,2000000,3,500000,150000,60000,10485760
		dimm-8,0,kernel,2000000,2000000,1,1000000,400000,60000,10485760
		dimm-8,0,chmem,2000000,4000000,9,2000000,200000,60000,20971520
		dimm-8,1,idle,,,,,200000,50000,
		dimm-8,1,memhp,3000000,4000000,5,1500000,300000,60000,10485760
		dimm-8,1,kernel,6000000,8000000,1,3000000,400000,60000,10485760
		dimm-8,1,chmem,6000000,8000000,9,6000000,400000,60000,20971520
	END
}

# row PEER N: the Nth row of a peer in what was printed, without superfluous blanks
row()
{
	grep -E "^  $1 " <<<"$output" | sed -n "$2p" | xargs
}

peers=(--peer memhp --peer kernel --peer chmem)

@test "the summary has medians, of how many rounds they are, and ratios of the same round" {
	two_rounds >"$BATS_TEST_TMPDIR/runs.csv"
	run -0 "$bench" --summarize "$BATS_TEST_TMPDIR/runs.csv" "${peers[@]}"
	[ "$(row idle 1)" = "idle 2 of 2 - - - - 0.15 0.05 -" ]
	[ "$(row memhp 1)" = "memhp 2 of 2 2.00 3.00 4 1.00 0.23 0.06 10.00" ]
	[ "$(row chmem 1)" = "chmem 2 of 2 4.00 6.00 9 4.00 0.30 0.06 20.00" ]
	# until online, until settled, CPU time, and the disk against an idle machine's
	[ "$(row memhp 2)" = "memhp 1.00 1.00 1.00 1.50" ]
	[ "$(row kernel 2)" = "kernel 0.50 0.75 0.50 3.00" ]
	[ "$(row chmem 2)" = "chmem 0.50 0.50 0.25 2.00" ]
}

@test "a run that is missing is named, and the status is 1" {
	two_rounds | grep -v 1,chmem >"$BATS_TEST_TMPDIR/runs.csv"
	run -1 "$bench" --summarize "$BATS_TEST_TMPDIR/runs.csv" "${peers[@]}"
	[ "$(row chmem 1)" = "chmem 1 of 2 2.00 4.00 9 2.00 0.20 0.06 20.00" ]
	[ "$(grep missing <<<"$output")" = "missing: dimm-8, round 1, chmem" ]
}

@test "a peer that is missing as a whole has its row and is named, and the status is 1" {
	two_rounds | grep -v chmem >"$BATS_TEST_TMPDIR/runs.csv"
	run -1 "$bench" --summarize "$BATS_TEST_TMPDIR/runs.csv" "${peers[@]}"
	[ "$(row chmem 1)" = "chmem 0 of 2 - - - - - - -" ]
	[ "$(row chmem 2)" = "chmem - - - -" ]
	[ "$(grep -c 'missing: dimm-8, round [01], chmem' <<<"$output")" -eq 2 ]
	# Not asked for, not missing.
	run -0 "$bench" --summarize "$BATS_TEST_TMPDIR/runs.csv" --peer memhp --peer kernel
}

@test "a file without runs has nothing to say, and the status is 1" {
	two_rounds | head -n 1 >"$BATS_TEST_TMPDIR/runs.csv"
	run -1 "$bench" --summarize "$BATS_TEST_TMPDIR/runs.csv"
}

@test "a peer that does not exist, or does not do the work, is refused" {
	run -2 "$bench" --deb none.deb --out "$BATS_TEST_TMPDIR" --peer chmen
	[[ $output = *"invalid choice: 'chmen'"*chmem* ]]
	run -2 "$bench" --deb none.deb --out "$BATS_TEST_TMPDIR" --peer daxctl --work dimm-8
	[[ $output = *"no such peer does such a work"* ]]
}

# measure SEED: three rounds of a machine in which chmem always fails, and SLES's rule once
measure()
{
	python3 - "$bench" "$BATS_TEST_TMPDIR" "$1" <<-'END'
		import importlib.machinery, importlib.util, pathlib, sys, tempfile
		program, out, seed = sys.argv[1:]
		loader = importlib.machinery.SourceFileLoader("bench", program)
		bench = importlib.util.module_from_spec(importlib.util.spec_from_loader("bench", loader))
		loader.exec_module(bench)

		class Machine:
		    def __init__(self, *_):
		        self.dir, self.sles = pathlib.Path(tempfile.mkdtemp()), 0
		    def stop(self):
		        pass
		    def run(self, peer):
		        self.sles += peer == "sles"
		        if peer == "chmem" or peer == "sles" and self.sles == 2:
		            raise bench.vm.Failure("it does not work")
		        return {"disk": 1} if peer == "idle" else dict.fromkeys(bench.FIGURES, 1000000)

		bench.Machine = Machine
		sys.argv[1:] = ["3", "--deb", "none.deb", "--out", out, "--work", "dimm-8", "--seed", seed]
		sys.exit(bench.main())
	END
}

@test "a peer that fails does not end the others' runs, is named, and the status is 1" {
	run -1 --separate-stderr measure 1
	[ "$(grep -c 'missing: dimm-8, round [012], chmem' <<<"$output")" -eq 3 ]
	[ "$(grep -c missing: <<<"$output")" -eq 4 ]
	[ "$(row sles 1)" = "sles 2 of 3 1.00 1.00 1000000 1.00 1.00 1.00 0.95" ]
	[ "$(row rhel7 1 | cut -d ' ' -f 2-4)" = "3 of 3" ]
	[ "$(grep -c dimm-8 "$BATS_TEST_TMPDIR/runs.csv")" -eq $((7 * 3 - 4)) ]
	diff <(sed '$d' <<<"$output") "$BATS_TEST_TMPDIR/summary.txt"
}

@test "each round has an order of its own, which a seed repeats" {
	local orders=()

	for seed in 1 1 2; do
		run -1 --separate-stderr measure "$seed"
		[ "${lines[0]}" = "--seed $seed" ]
		orders+=("$(sed -n 's/^#* *dimm-8, round \([0-9]*\), \([a-z0-9]*\):.*/\1 \2/p' <<<"$stderr" | xargs)")
	done
	[ "${orders[0]}" = "${orders[1]}" ]
	[ "${orders[0]}" != "${orders[2]}" ]
	[ "$(xargs -n 2 <<<"${orders[0]}" | sed -n 's/^0 //p' | xargs)" != "$(xargs -n 2 <<<"${orders[0]}" | sed -n 's/^1 //p' | xargs)" ]
}
