package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"sync"
	"time"
)

// A Pod is what the rules look at.
type Pod struct {
	Namespace, Name, UID, Node string
	Labels                     map[string]string
	Containers                 []Container
	Running                    bool
	Serving                    bool // ready and not about to go: takes a share of a total
}

// A Container's requests are in nano-units.
type Container struct {
	Name        string
	CPU, Memory int64
}

type wirePod struct {
	Metadata struct {
		Namespace, Name, UID, ResourceVersion string
		Labels                                map[string]string
		DeletionTimestamp                     *string
	}
	Spec struct {
		NodeName   string
		Containers []struct {
			Name      string
			Resources struct{ Requests map[string]string }
		}
	}
	Status struct {
		Phase      string
		Conditions []struct{ Type, Status string }
	}
}

func (w *wirePod) pod() *Pod {
	p := &Pod{
		Namespace: w.Metadata.Namespace, Name: w.Metadata.Name, UID: w.Metadata.UID,
		Node: w.Spec.NodeName, Labels: w.Metadata.Labels, Running: w.Status.Phase == "Running",
	}
	for _, c := range w.Spec.Containers {
		cpu, _ := parseQuantity(c.Resources.Requests["cpu"])
		memory, _ := parseQuantity(c.Resources.Requests["memory"])
		p.Containers = append(p.Containers, Container{Name: c.Name, CPU: cpu, Memory: memory})
	}
	for _, c := range w.Status.Conditions {
		if c.Type == "Ready" && c.Status == "True" {
			p.Serving = p.Running && w.Metadata.DeletionTimestamp == nil
		}
	}
	return p
}

// A podCache follows the pods of the cluster by list and watch.
type podCache struct {
	client *http.Client
	server string

	mutex sync.Mutex
	pods  map[string]*Pod // by UID
}

func newPodCache(server, ca, cert, key string) (*podCache, error) {
	roots := x509.NewCertPool()
	pem, err := os.ReadFile(ca)
	if err != nil {
		return nil, err
	}
	roots.AppendCertsFromPEM(pem)
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		return nil, err
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{pair}}}
	return &podCache{client: &http.Client{Transport: transport}, server: server, pods: map[string]*Pod{}}, nil
}

// follow never returns. A lost connection keeps the last pods: metrics outlive
// a restart of the API server.
func (c *podCache) follow() {
	for {
		version, err := c.list()
		for err == nil {
			version, err = c.watch(version)
		}
		fmt.Fprintln(os.Stderr, "pods:", err)
		time.Sleep(200 * time.Millisecond)
	}
}

func (c *podCache) get(path string, query url.Values) (*http.Response, error) {
	reply, err := c.client.Get(c.server + path + "?" + query.Encode())
	if err != nil {
		return nil, err
	}
	if reply.StatusCode != http.StatusOK {
		reply.Body.Close()
		return nil, fmt.Errorf("GET %s: %s", path, reply.Status)
	}
	return reply, nil
}

func (c *podCache) list() (string, error) {
	reply, err := c.get("/api/v1/pods", url.Values{"resourceVersion": {"0"}})
	if err != nil {
		return "", err
	}
	defer reply.Body.Close()
	var list struct {
		Metadata struct{ ResourceVersion string }
		Items    []wirePod
	}
	if err := json.NewDecoder(reply.Body).Decode(&list); err != nil {
		return "", err
	}
	pods := map[string]*Pod{}
	for i := range list.Items {
		pods[list.Items[i].Metadata.UID] = list.Items[i].pod()
	}
	c.mutex.Lock()
	c.pods = pods
	c.mutex.Unlock()
	return list.Metadata.ResourceVersion, nil
}

func (c *podCache) watch(version string) (string, error) {
	reply, err := c.get("/api/v1/pods", url.Values{
		"watch": {"1"}, "allowWatchBookmarks": {"true"}, "resourceVersion": {version},
	})
	if err != nil {
		return version, err
	}
	defer reply.Body.Close()
	decoder := json.NewDecoder(reply.Body)
	for {
		var event struct {
			Type   string
			Object wirePod
		}
		if err := decoder.Decode(&event); err != nil {
			return version, nil // the watch ended: go on where it stopped
		}
		if event.Type == "ERROR" {
			return version, errors.New("watch expired")
		}
		c.apply(event.Type, &event.Object)
		version = event.Object.Metadata.ResourceVersion
	}
}

func (c *podCache) apply(kind string, object *wirePod) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	switch kind {
	case "ADDED", "MODIFIED":
		c.pods[object.Metadata.UID] = object.pod()
	case "DELETED":
		delete(c.pods, object.Metadata.UID)
	}
}

// all returns the pods, sorted by namespace and name.
func (c *podCache) all() []*Pod {
	c.mutex.Lock()
	pods := make([]*Pod, 0, len(c.pods))
	for _, pod := range c.pods {
		pods = append(pods, pod)
	}
	c.mutex.Unlock()
	sortPods(pods)
	return pods
}
