// Argodiff says for each given manifest whether Argo CD would call the object in the cluster OutOfSync, in one of the
// three ways in which Argo CD compares. The calls are those of Argo CD's own controller/state.go.
//
//	argodiff -kubeconfig FILE -mode client|ssa|server MANIFEST...
//
// Prints one JSON object per manifest. A manifest that could not be compared has an "error", which Argo CD shows as a
// ComparisonError of the Application.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"

	"github.com/argoproj/argo-cd/gitops-engine/pkg/diff"
	"github.com/argoproj/argo-cd/gitops-engine/pkg/utils/kube"
	"github.com/argoproj/argo-cd/gitops-engine/pkg/utils/tracing"
	"github.com/argoproj/argo-cd/v3/common"
	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	argodiff "github.com/argoproj/argo-cd/v3/util/argo/diff"
	"github.com/argoproj/argo-cd/v3/util/argo/normalizers"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/klog/v2/textlogger"
	"sigs.k8s.io/yaml"
)

type answer struct {
	Manifest  string `json:"manifest"`
	OutOfSync bool   `json:"outOfSync"`
	Live      string `json:"live,omitempty"`
	Predicted string `json:"predicted,omitempty"`
	Error     string `json:"error,omitempty"`
}

func main() {
	kubeconfig := flag.String("kubeconfig", "", "of the cluster")
	mode := flag.String("mode", "client", "client, ssa or server")
	flag.Parse()
	if err := run(*kubeconfig, *mode, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(2)
	}
}

func run(kubeconfig, mode string, manifests []string) error {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	kubectl := &kube.KubectlCmd{Log: textlogger.NewLogger(textlogger.NewConfig()), Tracer: tracing.NopTracer{}}
	settings, cleanup, err := settingsOf(mode, kubectl, config)
	if err != nil {
		return err
	}
	defer cleanup()
	for _, manifest := range manifests {
		found := answer{Manifest: manifest}
		if result, err := compare(manifest, kubectl, config, settings); err != nil {
			found.Error = err.Error()
		} else if result.Modified {
			found.OutOfSync, found.Live, found.Predicted = true, string(result.NormalizedLive), string(result.PredictedLive)
		}
		line, err := json.Marshal(found)
		if err != nil {
			return err
		}
		fmt.Println(string(line))
	}
	return nil
}

func settingsOf(mode string, kubectl *kube.KubectlCmd, config *rest.Config) (argodiff.DiffConfig, func(), error) {
	nothing := func() {}
	_, parser, err := kubectl.LoadOpenAPISchema(config)
	if err != nil {
		return nil, nothing, err
	}
	// As Argo CD does by itself: the status of nothing is compared.
	overrides := map[string]v1alpha1.ResourceOverride{
		"*/*": {IgnoreDifferences: v1alpha1.OverrideIgnoreDiff{JSONPointers: []string{"/status"}}},
	}
	builder := argodiff.NewDiffConfigBuilder().
		WithDiffSettings(nil, overrides, true, normalizers.IgnoreNormalizerOpts{}).
		WithTracking(common.LabelKeyAppInstance, string(v1alpha1.TrackingMethodAnnotation)).
		WithNoCache().WithManager(common.ArgoCDSSAManager).WithGVKParser(parser)
	cleanup := nothing
	switch mode {
	case "client":
	case "ssa":
		builder.WithStructuredMergeDiff(true)
	case "server":
		applier, stop, err := kubectl.ManageServerSideDiffDryRuns(config)
		if err != nil {
			return nil, nothing, err
		}
		cleanup = stop
		builder.WithServerSideDiff(true).WithServerSideDryRunner(diff.NewK8sServerSideDryRunner(applier))
	default:
		return nil, nothing, fmt.Errorf("there is no mode %s: use client, ssa or server", mode)
	}
	settings, err := builder.Build()
	return settings, cleanup, err
}

func compare(manifest string, kubectl *kube.KubectlCmd, config *rest.Config, settings argodiff.DiffConfig) (*diff.DiffResult, error) {
	text, err := os.ReadFile(manifest)
	if err != nil {
		return nil, err
	}
	git := &unstructured.Unstructured{}
	if err := yaml.Unmarshal(text, &git.Object); err != nil {
		return nil, err
	}
	live, err := kubectl.GetResource(context.Background(), config, git.GroupVersionKind(), git.GetName(), git.GetNamespace())
	if err != nil {
		return nil, err
	}
	result, err := argodiff.StateDiff(live, git, settings)
	if err != nil {
		return nil, err
	}
	return &result, nil
}
