//go:build tools

// Package tools names the command that the test bed builds, so that
// "go mod tidy" keeps its sums.
package tools

import _ "go.etcd.io/etcd/server/v3"
