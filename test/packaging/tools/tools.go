//go:build tools

// Package tools pins the programs of the packaging suites, all in one module: what they have in common is compiled once.
// Each program that is built has to be imported here: otherwise `go mod tidy` leaves its lines out of go.sum.
package tools

import (
	_ "github.com/anchore/syft/cmd/syft"
	_ "github.com/google/go-containerregistry/cmd/crane"
	_ "github.com/sigstore/cosign/v3/cmd/cosign"
	_ "helm.sh/helm/v3/cmd/helm"
	_ "helm.sh/helm/v4/cmd/helm"
	_ "sigs.k8s.io/kwok/cmd/kwok"
)
