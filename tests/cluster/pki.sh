# shellcheck shell=bash
# The bed's certificates and kubeconfigs. Sourced by up and user.
# Everything is made anew with each bed and lives no longer than it.

DAYS=30

new_key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1"; }

# new_authority NAME makes NAME.key and NAME.crt in the pki folder.
new_authority() {
    local base=$STATE/pki/$1
    new_key "$base.key"
    openssl req -x509 -new -key "$base.key" -subj "/CN=$1" -days "$DAYS" -out "$base.crt" \
        -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign 2>/dev/null
}

# new_certificate AUTHORITY FILE SUBJECT EXTENSIONS
new_certificate() {
    local base=$STATE/pki/$2
    new_key "$base.key"
    openssl req -new -key "$base.key" -subj "$3" |
        openssl x509 -req -CA "$STATE/pki/$1.crt" -CAkey "$STATE/pki/$1.key" -days "$DAYS" \
            -set_serial "0x$(openssl rand -hex 12)" -extfile <(printf '%b' "$4") -out "$base.crt" 2>/dev/null
}

new_server() { new_certificate ca "$1" "/CN=$1" "extendedKeyUsage=serverAuth\nsubjectAltName=$2\n"; }

# new_client FILE USER [GROUP] [AUTHORITY]
new_client() {
    new_certificate "${4:-ca}" "$1" "${3:+/O=$3}/CN=$2" "extendedKeyUsage=clientAuth\n"
}

embed() { openssl base64 -A -in "$1"; }

# kubeconfig NAMESPACE CREDENTIAL-LINES prints a kubeconfig for the bed.
kubeconfig() {
    cat <<END
apiVersion: v1
kind: Config
clusters:
- name: $BED
  cluster:
    server: https://127.0.0.1:6443
    certificate-authority-data: $(embed "$STATE/pki/ca.crt")
users:
- name: user
  user:
    ${2//$'\n'/$'\n'    }
contexts:
- name: $BED
  context:
    cluster: $BED
    user: user
    namespace: $1
current-context: $BED
END
}

client_kubeconfig() {
    kubeconfig default "client-certificate-data: $(embed "$STATE/pki/$1.crt")
client-key-data: $(embed "$STATE/pki/$1.key")"
}

token_kubeconfig() { kubeconfig "$1" "token: $2"; }

make_pki() {
    local token
    mkdir -p "$STATE/pki"
    new_authority ca
    new_authority proxy-ca
    openssl genrsa -out "$STATE/pki/sa.key" 2048 2>/dev/null
    openssl rsa -in "$STATE/pki/sa.key" -pubout -out "$STATE/pki/sa.pub" 2>/dev/null

    new_server apiserver "IP:127.0.0.1,IP:::1,DNS:localhost,DNS:kubernetes.default.svc,IP:10.96.0.1"
    new_server metrics-server "DNS:localhost,DNS:metrics-server.kube-system.svc"
    new_client front-proxy front-proxy "" proxy-ca

    new_client admin bed:admin system:masters
    new_client metrics-client bed:metrics system:masters
    new_client kwok bed:kwok system:masters
    new_client controller-manager system:kube-controller-manager
    new_client scheduler system:kube-scheduler
    local name
    for name in kwok controller-manager scheduler; do
        client_kubeconfig "$name" >"$STATE/pki/$name.kubeconfig"
    done

    token=$(openssl rand -hex 16)
    echo "$token" >"$STATE/admin.token"
    echo "$token,bed:token,bed:token,system:masters" >"$STATE/pki/tokens.csv"
    # Last and at once: this file is what says that a bed exists.
    client_kubeconfig admin >"$STATE/admin.kubeconfig.new"
    mv "$STATE/admin.kubeconfig.new" "$ADMIN_KUBECONFIG"
}
