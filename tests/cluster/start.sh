# shellcheck shell=bash
# How each component of a bed is started, and when it counts as working.
# Sourced by up and component; everything listens on loopback of the bed's own
# network namespace, so the ports can be the same in every bed.

pki() { echo "$STATE/pki/$1"; }

start_etcd() {
    launch etcd "$STATE/bin/etcd" --name bed --data-dir "$STATE/etcd" --unsafe-no-fsync \
        --listen-client-urls http://127.0.0.1:2379 --advertise-client-urls http://127.0.0.1:2379 \
        --listen-peer-urls http://127.0.0.1:2380 --initial-advertise-peer-urls http://127.0.0.1:2380 \
        --initial-cluster bed=http://127.0.0.1:2380 --log-level warn
}

start_apiserver() {
    # shellcheck disable=SC2054 # the comma is the flag's own
    local flags=(
        --etcd-servers=http://127.0.0.1:2379
        --bind-address=127.0.0.1 --secure-port=6443
        --advertise-address=127.0.0.1 --endpoint-reconciler-type=none # Endpoints may not hold loopback
        --service-cluster-ip-range=10.96.0.0/16
        --tls-cert-file="$(pki apiserver.crt)" --tls-private-key-file="$(pki apiserver.key)"
        --client-ca-file="$(pki ca.crt)"
        --token-auth-file="$(pki tokens.csv)"
        --anonymous-auth=false --authorization-mode=Node,RBAC
        --service-account-issuer=https://kubernetes.default.svc
        --service-account-key-file="$(pki sa.pub)" --service-account-signing-key-file="$(pki sa.key)"
        --requestheader-client-ca-file="$(pki proxy-ca.crt)" --requestheader-allowed-names=front-proxy
        --requestheader-username-headers=X-Remote-User --requestheader-group-headers=X-Remote-Group
        --requestheader-extra-headers-prefix=X-Remote-Extra-
        --proxy-client-cert-file="$(pki front-proxy.crt)" --proxy-client-key-file="$(pki front-proxy.key)"
        --audit-policy-file="$HERE/audit-policy.yaml" --audit-log-path="$STATE/audit.log"
        --audit-log-maxsize=4000 # MB; a log that rotates would hide writes
        --profiling=false
    )
    launch apiserver "$STATE/bin/kube-apiserver" "${flags[@]}"
}

# Client limits are lifted: a test of a thousand pods should wait for the
# operator, not for the controller manager's throttle.
start_controller-manager() {
    launch controller-manager "$STATE/bin/kube-controller-manager" \
        --kubeconfig="$(pki controller-manager.kubeconfig)" \
        --bind-address=127.0.0.1 --leader-elect=false --use-service-account-credentials \
        --service-account-private-key-file="$(pki sa.key)" --root-ca-file="$(pki ca.crt)" \
        --horizontal-pod-autoscaler-sync-period=2s --kube-api-qps=200 --kube-api-burst=400
}

start_scheduler() {
    launch scheduler "$STATE/bin/kube-scheduler" \
        --kubeconfig="$(pki scheduler.kubeconfig)" --bind-address=127.0.0.1 --leader-elect=false \
        --kube-api-qps=200 --kube-api-burst=400
}

start_kwok() {
    launch kwok "$STATE/bin/kwok" --kubeconfig="$(pki kwok.kubeconfig)" --config="$HERE/stages.yaml" \
        --manage-all-nodes --cidr=10.244.0.0/16 --node-lease-duration-seconds=40 \
        --server-address=127.0.0.1:10247
}

start_metrics() {
    launch metrics "$STATE/bin/metricsd" serve --state "$STATE" --pki "$STATE/pki"
}

start_component() {
    [[ " ${COMPONENTS[*]} " == *" $1 "* ]] || die "no component '$1': ${COMPONENTS[*]}"
    alive "$1" >/dev/null || "start_$1"
}

listens() { in_bed bash -c ": </dev/tcp/127.0.0.1/$1"; }

works_etcd() { listens 2379; }
works_apiserver() { in_bed_kubectl get --raw /readyz; }
works_controller-manager() { listens 10257; }
works_scheduler() { listens 10259; }
works_kwok() { listens 10247; }
works_metrics() { [[ -S $STATE/metrics.sock ]] && "$STATE/bin/metricsd" ctl "$STATE/metrics.sock" show; }

# A component that ended tells why in its log; waiting on would hide it.
works() { alive "$1" && "works_$1"; }

wait_component() {
    local deadline=$((SECONDS + 60))
    until "works_$1" >/dev/null 2>&1; do
        alive "$1" >/dev/null || {
            tail -n 5 "$STATE/log/$1.log" >&2
            die "$1 ended; its log is $STATE/log/$1.log"
        }
        ((SECONDS < deadline)) || die "$1 does not answer after 60 s; its log is $STATE/log/$1.log"
        sleep 0.1
    done
}
