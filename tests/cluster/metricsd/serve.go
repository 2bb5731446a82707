package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// A server holds what the test has set; state.json keeps it over a restart.
type server struct {
	pods  *podCache
	state string // file

	mutex sync.Mutex
	Rules []*Rule
	Fault *Fault
}

// A Fault is a way to fail, until the test says "ok".
type Fault struct {
	Kind  string // a status code, off, stale, slow, empty or garbage
	Delay time.Duration
	Since time.Time
}

func serve(args []string) error {
	flags := flag.NewFlagSet("serve", flag.ExitOnError)
	dir := flags.String("state", "", "folder for the control socket and the state")
	pki := flags.String("pki", "", "folder of certificates")
	api := flags.String("server", "https://127.0.0.1:6443", "address of the API server")
	listen := flags.String("listen", "127.0.0.1:4443", "address to serve metrics.k8s.io on")
	if err := flags.Parse(args); err != nil {
		return err
	}
	file := func(name string) string { return filepath.Join(*pki, name) }

	pods, err := newPodCache(*api, file("ca.crt"), file("metrics-client.crt"), file("metrics-client.key"))
	if err != nil {
		return err
	}
	s := &server{pods: pods, state: filepath.Join(*dir, "metrics.json")}
	if err := s.load(); err != nil {
		return err
	}
	if err := s.serveControl(filepath.Join(*dir, "metrics.sock")); err != nil {
		return err
	}
	go pods.follow()

	// Only the API server's aggregator may ask: it proves itself with the
	// front-proxy certificate, and has already checked the caller's rights.
	pem, err := os.ReadFile(file("proxy-ca.crt"))
	if err != nil {
		return err
	}
	callers := x509.NewCertPool()
	callers.AppendCertsFromPEM(pem)
	https := &http.Server{
		Addr: *listen, Handler: http.HandlerFunc(s.metrics),
		TLSConfig: &tls.Config{ClientCAs: callers, ClientAuth: tls.RequireAndVerifyClientCert},
	}
	return https.ListenAndServeTLS(file("metrics-server.crt"), file("metrics-server.key"))
}

func (s *server) load() error {
	text, err := os.ReadFile(s.state)
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		return err
	}
	return json.Unmarshal(text, s)
}

func (s *server) save() error {
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(s.state+".new", text, 0o600); err != nil {
		return err
	}
	return os.Rename(s.state+".new", s.state)
}

// --- metrics.k8s.io ----------------------------------------------------------

type object map[string]any

const root = "/apis/metrics.k8s.io/v1beta1"

func (s *server) metrics(w http.ResponseWriter, r *http.Request) {
	s.mutex.Lock()
	rules, fault := s.Rules, s.Fault
	s.mutex.Unlock()

	now := time.Now()
	if path := strings.TrimSuffix(r.URL.Path, "/"); strings.HasPrefix(path, root+"/") && fault != nil {
		switch fault.Kind {
		case "off":
			panic(http.ErrAbortHandler) // the connection just ends
		case "garbage":
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, `{"kind":"PodMetricsList","items":[{"metadata":`)
			return
		case "slow":
			select {
			case <-time.After(fault.Delay):
			case <-r.Context().Done():
				return
			}
		case "stale":
			now = fault.Since
		case "empty":
			rules = nil
		default:
			failWith(w, fault.Kind)
			return
		}
	}
	s.route(w, r, rules, now)
}

func failWith(w http.ResponseWriter, kind string) {
	code := http.StatusInternalServerError
	fmt.Sscanf(kind, "%d", &code)
	reply(w, code, status(code, "InternalError", "the test bed was told to fail"))
}

func (s *server) route(w http.ResponseWriter, r *http.Request, rules []*Rule, now time.Time) {
	path := strings.TrimSuffix(r.URL.Path, "/")
	switch path {
	case "/apis":
		reply(w, 200, object{"kind": "APIGroupList", "apiVersion": "v1", "groups": []object{group()}})
		return
	case "/apis/metrics.k8s.io":
		reply(w, 200, group())
		return
	case root:
		reply(w, 200, resources())
		return
	}
	rest, ok := strings.CutPrefix(path, root+"/")
	if !ok {
		notFound(w, path)
		return
	}
	smp := newSampler(rules, s.pods.all(), now)
	selector := r.URL.Query().Get("labelSelector")
	part := strings.Split(rest, "/")
	switch {
	case part[0] == "pods" && len(part) == 1:
		reply(w, 200, podList(smp, "", "", selector))
	case part[0] == "namespaces" && len(part) == 3 && part[2] == "pods":
		reply(w, 200, podList(smp, part[1], "", selector))
	case part[0] == "namespaces" && len(part) == 4 && part[2] == "pods":
		one(w, podList(smp, part[1], part[3], ""), path)
	case part[0] == "nodes" && len(part) == 1:
		reply(w, 200, nodeList(smp, ""))
	case part[0] == "nodes" && len(part) == 2:
		one(w, nodeList(smp, part[1]), path)
	default:
		notFound(w, path)
	}
}

func reply(w http.ResponseWriter, code int, body object) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(body)
}

func one(w http.ResponseWriter, list object, path string) {
	items := list["items"].([]object)
	if len(items) == 0 {
		notFound(w, path)
		return
	}
	reply(w, 200, items[0])
}

func notFound(w http.ResponseWriter, path string) {
	reply(w, 404, status(404, "NotFound", path+" not found"))
}

func status(code int, reason, message string) object {
	return object{"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code, "reason": reason, "message": message}
}

func group() object {
	version := object{"groupVersion": "metrics.k8s.io/v1beta1", "version": "v1beta1"}
	return object{
		"kind": "APIGroup", "apiVersion": "v1", "name": "metrics.k8s.io",
		"versions": []object{version}, "preferredVersion": version,
	}
}

func resources() object {
	verbs := []string{"get", "list"}
	return object{
		"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": "metrics.k8s.io/v1beta1",
		"resources": []object{
			{"name": "nodes", "singularName": "", "namespaced": false, "kind": "NodeMetrics", "verbs": verbs},
			{"name": "pods", "singularName": "", "namespaced": true, "kind": "PodMetrics", "verbs": verbs},
		},
	}
}

// podList lists the samples of a namespace ("": all) or of one pod in it.
func podList(s *sampler, namespace, name, selector string) object {
	items := []object{}
	for _, pod := range s.pods {
		if (namespace != "" && pod.Namespace != namespace) || (name != "" && pod.Name != name) || !selects(selector, pod.Labels) {
			continue
		}
		uses, at, window := s.sample(pod)
		if len(uses) == 0 {
			continue
		}
		containers := []object{}
		for _, use := range uses {
			containers = append(containers, object{"name": use.container, "usage": amounts(use.cpu, use.memory)})
		}
		items = append(items, object{
			"kind": "PodMetrics", "apiVersion": "metrics.k8s.io/v1beta1",
			"metadata":  object{"name": pod.Name, "namespace": pod.Namespace, "labels": pod.Labels, "creationTimestamp": stamp(at)},
			"timestamp": stamp(at), "window": window.String(), "containers": containers,
		})
	}
	return object{"kind": "PodMetricsList", "apiVersion": "metrics.k8s.io/v1beta1", "metadata": object{}, "items": items}
}

// nodeList lists nodes that run pods; a node uses what its pods use.
func nodeList(s *sampler, name string) object {
	type sum struct{ cpu, memory int64 }
	sums, names := map[string]*sum{}, []string{}
	for _, pod := range s.pods {
		if !pod.Running || pod.Node == "" || (name != "" && pod.Node != name) {
			continue
		}
		if sums[pod.Node] == nil {
			sums[pod.Node] = &sum{}
			names = append(names, pod.Node)
		}
		uses, _, _ := s.sample(pod)
		for _, use := range uses {
			sums[pod.Node].cpu += use.cpu
			sums[pod.Node].memory += use.memory
		}
	}
	items := []object{}
	for _, node := range names {
		items = append(items, object{
			"kind": "NodeMetrics", "apiVersion": "metrics.k8s.io/v1beta1",
			"metadata":  object{"name": node, "creationTimestamp": stamp(s.now)},
			"timestamp": stamp(s.now), "window": defaultWindow.String(), "usage": amounts(sums[node].cpu, sums[node].memory),
		})
	}
	return object{"kind": "NodeMetricsList", "apiVersion": "metrics.k8s.io/v1beta1", "metadata": object{}, "items": items}
}

// amounts spells usage as metrics-server does: CPU in n, memory in Ki.
func amounts(cpu, memory int64) object {
	return object{"cpu": fmt.Sprintf("%dn", cpu), "memory": fmt.Sprintf("%dKi", memory/nano/1024)}
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// --- The test's side ---------------------------------------------------------

func (s *server) serveControl(path string) error {
	_ = os.Remove(path) // of a server that was killed
	listener, err := net.Listen("unix", path)
	if err != nil {
		return err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return err
	}
	go func() { _ = http.Serve(listener, http.HandlerFunc(s.command)) }()
	return nil
}

func (s *server) command(w http.ResponseWriter, r *http.Request) {
	var args []string
	if err := json.NewDecoder(r.Body).Decode(&args); err != nil {
		http.Error(w, err.Error(), 400)
		return
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	text, err := s.obey(args)
	if err == nil {
		err = s.save()
	}
	if err != nil {
		http.Error(w, err.Error(), 400)
		return
	}
	fmt.Fprint(w, text)
}

// obey carries out one command. The slice of rules is replaced, never changed
// in place: requests under way read the old one.
func (s *server) obey(args []string) (string, error) {
	if len(args) == 0 {
		return "", fmt.Errorf("no command: set, unset, clear, fail, ok, show")
	}
	switch command, rest := args[0], args[1:]; command {
	case "set":
		rule, err := parseRule(rest)
		if err != nil {
			return "", err
		}
		s.Rules = append(s.without(rule), rule)
	case "unset":
		if len(rest) < 2 {
			return "", fmt.Errorf("unset needs NAMESPACE and PODS")
		}
		rule := &Rule{Namespace: rest[0], Target: rest[1]}
		if len(rest) > 2 {
			rule.Container = strings.TrimPrefix(rest[2], "container=")
		}
		s.Rules = s.without(rule)
	case "clear":
		s.Rules, s.Fault = nil, nil
	case "fail":
		fault, err := parseFault(rest)
		if err != nil {
			return "", err
		}
		s.Fault = fault
	case "ok":
		s.Fault = nil
	case "show":
		return s.show(), nil
	default:
		return "", fmt.Errorf("unknown command %q: set, unset, clear, fail, ok, show", command)
	}
	return "", nil
}

func (s *server) without(gone *Rule) []*Rule {
	kept := []*Rule{}
	for _, rule := range s.Rules {
		if !rule.sameKey(gone) {
			kept = append(kept, rule)
		}
	}
	return kept
}

func parseFault(args []string) (*Fault, error) {
	usage := fmt.Errorf("fail needs one of: a status code 400-599, off, stale, empty, garbage, slow=DURATION")
	if len(args) != 1 {
		return nil, usage
	}
	kind, text, _ := strings.Cut(args[0], "=")
	fault := &Fault{Kind: kind, Since: time.Now()}
	var code int
	switch kind {
	case "off", "stale", "empty", "garbage":
		return fault, nil
	case "slow":
		var err error
		fault.Delay, err = time.ParseDuration(text)
		return fault, err
	}
	if n, _ := fmt.Sscanf(kind, "%d", &code); n != 1 || code < 400 || code > 599 {
		return nil, usage
	}
	return fault, nil
}

func (s *server) show() string {
	var text strings.Builder
	for _, rule := range s.Rules {
		fmt.Fprintln(&text, "set", rule.Text)
	}
	if s.Fault != nil {
		fmt.Fprintln(&text, "fail", s.Fault.Kind)
	}
	return text.String()
}
