//go:build tools

// Package tools pins Argo CD for the packaging suites. The command that is built has to be imported here: otherwise
// `go mod tidy` leaves its lines out of go.sum.
package tools

import _ "github.com/argoproj/argo-cd/v3/cmd"
