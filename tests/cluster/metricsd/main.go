// Command metricsd serves metrics.k8s.io/v1beta1 from numbers that a test sets.
//
//	metricsd serve --state DIR ...   the server (see up and component)
//	metricsd ctl SOCKET COMMAND...   the test's side (see metrics)
package main

import (
	"fmt"
	"os"
)

func main() {
	if len(os.Args) < 2 {
		fail("usage: metricsd serve|ctl ...")
	}
	var err error
	switch os.Args[1] {
	case "serve":
		err = serve(os.Args[2:])
	case "ctl":
		err = control(os.Args[2:])
	default:
		err = fmt.Errorf("unknown command %q", os.Args[1])
	}
	if err != nil {
		fail(err.Error())
	}
}

func fail(message string) {
	fmt.Fprintln(os.Stderr, "metrics: "+message)
	os.Exit(1)
}
