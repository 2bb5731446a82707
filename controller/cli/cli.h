/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

/*
 * The verbs of the program, one file each (sluice controller: cli/controller.h). argv[0] is the
 * verb itself. They print what they were asked for on stdout and everything else on stderr.
 *
 * Exit codes: 0 done; 1 something outside went wrong; 2 the command line or the input is wrong,
 * and then nothing is on stdout.
 */

#define CLI_DONE 0
#define CLI_FAILED 1
#define CLI_MISUSED 2

/* Decides what a file describes: spec/decide.md. */
int cli_decide(int argc, char **argv);
/* Lists when the rules of policies fire. */
int cli_calendar(int argc, char **argv);
/* Prints the version. */
int cli_version(int argc, char **argv);

#endif
