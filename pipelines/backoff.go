package pipelines

import "gopkg.in/yaml.v3"

// Backoff says how the delay before a retry grows.
type Backoff uint8

// The ways to grow.
const (
	Fixed       Backoff = iota // each delay is retry_delay
	Exponential                // it doubles with every failure
)

var backoffNames = []string{Fixed: "fixed", Exponential: "exponential"}

// String returns its name in YAML.
func (b Backoff) String() string { return backoffNames[b] }

func (d *decoder) backoff(n *yaml.Node) Backoff {
	if n.Kind == yaml.ScalarNode && n.ShortTag() == "!!bool" { // as Airflow's retry_exponential_backoff
		d.fail(n, "out-of-range", "write exponential or fixed", "retry_backoff must be fixed or exponential, but is %s", n.Value)
		return Fixed
	}
	return Backoff(d.choice(n, "retry_backoff", backoffNames))
}
