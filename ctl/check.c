/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* memhpctl check */
#include <errno.h>
#include <string.h>

#include "config.h"
#include "config_file.h"
#include "ctl.h"
#include "log.h"

/* All of the machine, as the generator reads it. */
static int check_machine(const struct ctl *ctl)
{
	struct policy policy;
	char origin[1024];

	return config_read(&ctl->fs, &policy, origin, sizeof(origin), config_file_report, stdout);
}

int ctl_check(struct ctl *ctl, int argc, char *argv[])
{
	int n, findings = 0;

	if (argc == 0) {
		findings = check_machine(ctl);
		if (findings < 0) {
			log_error("cannot read the configuration: %s", strerror(-findings));
			return EX_OSERR;
		}
	}
	for (int i = 0; i < argc; i++) {
		struct policy policy = policy_default();

		n = config_file_apply(&policy, argv[i], stdout);
		if (n < 0) {
			log_error("cannot read %s: %s", argv[i], strerror(-n));
			return n == -ENOENT ? EX_NOINPUT : EX_IOERR;
		}
		findings += n;
	}
	if (findings == 0 && !ctl->quiet)
		puts("no mistakes");
	return findings > 0 ? STATUS_FINDINGS : EXIT_SUCCESS;
}
