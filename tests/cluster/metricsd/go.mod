// The metrics of the test bed: metrics.k8s.io from numbers that a test sets.
// Only the standard library.
module sluice.test/metricsd

go 1.26.0
