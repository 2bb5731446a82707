package main

import (
	"fmt"
	"math/big"
	"math/rand"
	"sort"
	"strings"
	"time"
)

// A Value is what a rule says of one resource: a quantity, a percentage of the
// container's request, or a range of either from which each sample is drawn.
type Value struct {
	Low, High int64 // nano-units, or nano-fractions of the request
	Percent   bool
	Total     bool // shared equally over the rule's serving pods
}

// A Rule gives numbers to the pods of a namespace. Of the rules that match a
// container the one set last counts.
type Rule struct {
	Namespace string // or "*"
	Target    string // prefix of the pod's name, "pod/NAME", a label selector, or "*"
	Container string // empty: all containers of the pod
	CPU       *Value
	Memory    *Value
	Hidden    bool          // these pods have no sample at all
	Age       time.Duration // the samples' timestamps lie that far back
	Window    time.Duration
	Every     time.Duration // a drawn value is kept that long; 0: drawn at each request
	Text      string        // as the test wrote it
}

const (
	nano          = 1_000_000_000
	defaultWindow = 15 * time.Second
)

var suffixes = map[string]*big.Rat{
	"n": big.NewRat(1, 1e9), "u": big.NewRat(1, 1e6), "m": big.NewRat(1, 1e3), "": big.NewRat(1, 1),
	"k": big.NewRat(1e3, 1), "M": big.NewRat(1e6, 1), "G": big.NewRat(1e9, 1), "T": big.NewRat(1e12, 1),
	"Ki": big.NewRat(1<<10, 1), "Mi": big.NewRat(1<<20, 1), "Gi": big.NewRat(1<<30, 1), "Ti": big.NewRat(1<<40, 1),
}

// parseQuantity reads a Kubernetes quantity into nano-units, rounded up.
func parseQuantity(text string) (int64, error) {
	digits := strings.TrimRight(text, "numkMGTKi")
	scale, known := suffixes[text[len(digits):]]
	number, ok := new(big.Rat).SetString(digits)
	if !known || !ok || number.Sign() < 0 || strings.ContainsAny(digits, "/eE_") {
		return 0, fmt.Errorf("%q is not a quantity such as 250m, 0.5, 100Mi", text)
	}
	number.Mul(number, scale).Mul(number, big.NewRat(nano, 1))
	whole, rest := new(big.Int).QuoRem(number.Num(), number.Denom(), new(big.Int))
	if rest.Sign() > 0 {
		whole.Add(whole, big.NewInt(1))
	}
	if !whole.IsInt64() {
		return 0, fmt.Errorf("%q is too large", text)
	}
	return whole.Int64(), nil
}

func parseAmount(text string) (amount int64, percent bool, err error) {
	if body, ok := strings.CutSuffix(text, "%"); ok {
		amount, err = parseQuantity(body)
		if err != nil {
			return 0, false, fmt.Errorf("%q is not a percentage such as 50%%", text)
		}
		return amount / 100, true, nil
	}
	amount, err = parseQuantity(text)
	return amount, false, err
}

// parseValue reads AMOUNT or AMOUNT-AMOUNT, either with "/total" behind it.
func parseValue(text string) (*Value, error) {
	body, total := strings.CutSuffix(text, "/total")
	low, high, isRange := strings.Cut(body, "-")
	if !isRange {
		high = low
	}
	if low == "" || high == "" {
		return nil, fmt.Errorf("%q: an amount is missing", text)
	}
	value := &Value{Total: total}
	var err error
	if value.Low, value.Percent, err = parseAmount(low); err != nil {
		return nil, err
	}
	var percent bool
	if value.High, percent, err = parseAmount(high); err != nil {
		return nil, err
	}
	if percent != value.Percent {
		return nil, fmt.Errorf("%q: both ends of a range are percentages, or none is", text)
	}
	if value.High < value.Low {
		return nil, fmt.Errorf("%q: the range is upside down", text)
	}
	return value, nil
}

func parseRule(args []string) (*Rule, error) {
	if len(args) < 2 {
		return nil, fmt.Errorf("set needs NAMESPACE and PODS")
	}
	rule := &Rule{Namespace: args[0], Target: args[1], Window: defaultWindow, Text: strings.Join(args, " ")}
	for _, arg := range args[2:] {
		if err := rule.option(arg); err != nil {
			return nil, err
		}
	}
	if !rule.Hidden && rule.CPU == nil && rule.Memory == nil {
		return nil, fmt.Errorf("set needs cpu=..., memory=... or missing")
	}
	return rule, nil
}

func (r *Rule) option(arg string) (err error) {
	key, text, _ := strings.Cut(arg, "=")
	switch key {
	case "cpu":
		r.CPU, err = parseValue(text)
	case "memory":
		r.Memory, err = parseValue(text)
	case "container":
		r.Container = text
	case "missing":
		r.Hidden = true
	case "age":
		r.Age, err = time.ParseDuration(text)
	case "window":
		r.Window, err = time.ParseDuration(text)
	case "every":
		r.Every, err = time.ParseDuration(text)
	default:
		err = fmt.Errorf("unknown option %q: cpu=, memory=, container=, age=, window=, every=, missing", arg)
	}
	return err
}

func (r *Rule) sameKey(o *Rule) bool {
	return r.Namespace == o.Namespace && r.Target == o.Target && r.Container == o.Container
}

func (r *Rule) matches(p *Pod) bool {
	if r.Namespace != "*" && r.Namespace != p.Namespace {
		return false
	}
	if name, ok := strings.CutPrefix(r.Target, "pod/"); ok {
		return p.Name == name
	}
	if strings.ContainsAny(r.Target, "=,!") {
		return selects(r.Target, p.Labels)
	}
	return strings.HasPrefix(p.Name, strings.TrimSuffix(r.Target, "*"))
}

// selects knows the equality form of label selectors: k=v, k==v, k!=v, k, !k.
func selects(selector string, labels map[string]string) bool {
	for _, term := range strings.Split(selector, ",") {
		if term == "" {
			continue
		}
		if key, want, ok := strings.Cut(term, "!="); ok {
			if labels[key] == want {
				return false
			}
		} else if key, want, ok := strings.Cut(term, "="); ok {
			if labels[key] != strings.TrimPrefix(want, "=") {
				return false
			}
		} else if key, ok := strings.CutPrefix(term, "!"); ok {
			if _, has := labels[key]; has {
				return false
			}
		} else if _, has := labels[term]; !has {
			return false
		}
	}
	return true
}

// A sampler turns rules and pods into usage.
type sampler struct {
	rules   []*Rule
	pods    []*Pod
	now     time.Time
	serving map[*Rule]int64 // pods that share a rule's total
}

func newSampler(rules []*Rule, pods []*Pod, now time.Time) *sampler {
	s := &sampler{rules: rules, pods: pods, now: now, serving: map[*Rule]int64{}}
	for _, rule := range rules {
		if rule.shares() {
			s.serving[rule] = countServing(rule, pods)
		}
	}
	return s
}

func (r *Rule) shares() bool {
	return (r.CPU != nil && r.CPU.Total) || (r.Memory != nil && r.Memory.Total)
}

func countServing(rule *Rule, pods []*Pod) (n int64) {
	for _, pod := range pods {
		if pod.Serving && rule.matches(pod) {
			n++
		}
	}
	return n
}

func (s *sampler) ruleFor(pod *Pod, container string) *Rule {
	for i := len(s.rules) - 1; i >= 0; i-- {
		rule := s.rules[i]
		if (rule.Container == "" || rule.Container == container) && rule.matches(pod) {
			return rule
		}
	}
	return nil
}

// amount is what a container uses of one resource, in nano-units. A rule for a
// whole pod is split equally over its containers, except percentages, which
// are each container's own.
func (s *sampler) amount(rule *Rule, value *Value, pod *Pod, container *Container, request int64, salt string) int64 {
	if value == nil {
		return 0
	}
	amount := s.draw(rule, value, pod, salt)
	if value.Percent {
		amount = mulDiv(amount, request, nano)
	} else if rule.Container == "" {
		amount /= int64(len(pod.Containers))
	}
	if value.Total {
		if !pod.Serving {
			return 0
		}
		amount /= s.serving[rule]
	}
	return amount
}

// draw picks a number of the value's range. With Every set it is the same for
// all requests of one period, and for all containers of a pod.
func (s *sampler) draw(rule *Rule, value *Value, pod *Pod, salt string) int64 {
	if value.High == value.Low {
		return value.Low
	}
	spread := value.High - value.Low + 1
	if rule.Every <= 0 {
		return value.Low + rand.Int63n(spread)
	}
	period := s.now.UnixNano() / int64(rule.Every)
	return value.Low + rand.New(rand.NewSource(hash(pod.UID+salt)^period)).Int63n(spread)
}

func hash(text string) int64 {
	h := uint64(14695981039346656037)
	for i := 0; i < len(text); i++ {
		h = (h ^ uint64(text[i])) * 1099511628211
	}
	return int64(h)
}

func mulDiv(a, b, c int64) int64 {
	product := new(big.Int).Mul(big.NewInt(a), big.NewInt(b))
	return product.Quo(product, big.NewInt(c)).Int64()
}

// A usage is one container's, in nano-units.
type usage struct {
	container   string
	cpu, memory int64
}

// sample gives a pod's numbers, or nil when it has none: a pod that does not
// run, that no rule names, or whose rule says "missing".
func (s *sampler) sample(pod *Pod) (uses []usage, at time.Time, window time.Duration) {
	if !pod.Running {
		return nil, at, 0
	}
	for i := range pod.Containers {
		container := &pod.Containers[i]
		rule := s.ruleFor(pod, container.Name)
		if rule == nil || rule.Hidden {
			continue
		}
		uses = append(uses, usage{
			container: container.Name,
			cpu:       s.amount(rule, rule.CPU, pod, container, container.CPU, "cpu"),
			memory:    s.amount(rule, rule.Memory, pod, container, container.Memory, "memory"),
		})
		at, window = s.now.Add(-rule.Age), rule.Window
	}
	return uses, at, window
}

func sortPods(pods []*Pod) {
	sort.Slice(pods, func(i, j int) bool {
		if pods[i].Namespace != pods[j].Namespace {
			return pods[i].Namespace < pods[j].Namespace
		}
		return pods[i].Name < pods[j].Name
	})
}
