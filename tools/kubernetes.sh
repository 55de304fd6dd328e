#!/bin/sh
# Provides the Kubernetes API server and its controllers that tests/servers applies the plans to: built from Go modules
# into .cache/kubernetes, with etcd and the definitions of Karpenter's resources. Takes 4 to 10 minutes once and nothing
# after.
set -eu

tools=$(cd "$(dirname "$0")" && pwd)
. "$tools/go-build.sh"
version=$(sed -n 's|.*k8s.io/kubernetes \(v[0-9.]*\).*|\1|p' "$tools/kubernetes/go.mod")
# Amazon's managed Karpenter has no public version: this is the newest whose Go the tools have.
karpenter=v1.14.0

begin kubernetes "kubernetes $version, karpenter $karpenter"
mkdir -p "$out/crds"
cd "$tools/kubernetes"

say "building etcd"
go build -ldflags "-s -w" -o "$out/etcd" go.etcd.io/etcd/server/v3

say "building Kubernetes $version (4 to 10 minutes the first time)"
go build -ldflags "-s -w -X k8s.io/component-base/version.gitVersion=$version" -o "$out/" \
    k8s.io/kubernetes/cmd/kube-apiserver k8s.io/kubernetes/cmd/kube-controller-manager

folder=$(go mod download -json "sigs.k8s.io/karpenter@$karpenter" | sed -n 's|.*"Dir": "\(.*\)",|\1|p')
install -m 644 "$folder"/pkg/apis/crds/karpenter.sh_*.yaml "$out/crds/"

finish
