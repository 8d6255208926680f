//go:build tools

// Package tools pins the programs of the packaging suites. Each program that is built has to be imported here:
// otherwise `go mod tidy` leaves its lines out of go.sum.
package tools

import (
	_ "github.com/google/go-containerregistry/cmd/crane"
	_ "helm.sh/helm/v3/cmd/helm"
	_ "helm.sh/helm/v4/cmd/helm"
	_ "k8s.io/kubernetes/cmd/kube-scheduler"
	_ "sigs.k8s.io/kwok/cmd/kwok"
)
