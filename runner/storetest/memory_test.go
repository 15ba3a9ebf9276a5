package storetest

import "testing"

func TestMemory(t *testing.T) {
	Run(t, func(*testing.T) Harness {
		m := NewMemory()
		other := m.Other()
		return Harness{Store: m, Other: other, Reset: other.Reset}
	})
}
