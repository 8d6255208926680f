//go:build tools

// Package release pins what a release is described and signed with. Each program that is built has to be imported here:
// otherwise `go mod tidy` leaves its lines out of go.sum.
package release

import (
	_ "github.com/anchore/syft/cmd/syft"
	_ "github.com/sigstore/cosign/v3/cmd/cosign"
)
