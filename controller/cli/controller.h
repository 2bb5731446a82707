/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_CONTROLLER_H
#define CLI_CONTROLLER_H

/*
 * `sluice controller`: runs the operator until SIGTERM or SIGINT. The only place where the world
 * meets libuv, libcurl, the web thread, signals and the environment.
 */

/* argv[0] is the verb. Returns the exit code: 0 = stopped as asked, 1 = could not run, 2 = what
 * was asked for makes no sense (flags, kubeconfig, configuration). */
int controller_main(int argc, char **argv);

#endif
