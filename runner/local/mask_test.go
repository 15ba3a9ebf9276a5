package local

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/tidemark-dev/tidemark/runner"
)

func masked(secrets [][]byte, pieces ...string) string {
	var b strings.Builder
	m := newMask(&b, secrets)
	for _, p := range pieces {
		m.Write([]byte(p))
	}
	m.flush()
	return b.String()
}

func TestSecretsAreMaskedWherverTheyStand(t *testing.T) {
	for _, c := range []struct {
		secrets, text, want string
	}{
		{"abc", "abc", "***"},
		{"abc", "xabcabcx", "x******x"},
		{"abc", "ab abc a", "ab *** a"},
		{"aab", "aaab", "a***"},
		{"abc abcdef", "abcdef abc abcde", "*** *** ***de"},
		{"abc abcd", "abc", "***"},
		{"é", "é", "***"},
		{"abc", "", ""},
		{"x", "xyx", "***y***"},
	} {
		job := &runner.Job{Env: []string{"OTHER=y"}}
		for i, s := range strings.Fields(c.secrets) {
			name := fmt.Sprint("S", i)
			job.Secrets = append(job.Secrets, name)
			job.Env = append(job.Env, name+"="+s)
		}
		secrets := secretsOf(job)
		if got := masked(secrets, c.text); got != c.want {
			t.Errorf("%q with %q: %q, want %q", c.text, c.secrets, got, c.want)
		}
		if got := masked(secrets, strings.Split(c.text, "")...); got != c.want {
			t.Errorf("%q in pieces with %q: %q, want %q", c.text, c.secrets, got, c.want)
		}
	}
}

func TestEachLineOfASecretIsOne(t *testing.T) {
	job := &runner.Job{Env: []string{"KEY=-----BEGIN\r\n  line one\n{\nline2\n-----END", "OTHER=line3"}, Secrets: []string{"KEY"}}
	for text, want := range map[string]string{
		"the line one and line2":  "the *** and ***",
		"{ line3 }":               "{ line3 }",
		job.Env[0]:                "KEY=***",
		"-----BEGIN  line2\tEND ": "***  ***\tEND ",
	} {
		if got := masked(secretsOf(job), text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// TestMaskingDoesNotDependOnThePieces compares with a mask that sees all at once.
func TestMaskingDoesNotDependOnThePieces(t *testing.T) {
	for seed := range uint64(3000) {
		rng := rand.New(rand.NewPCG(seed, 3))
		word := func(n int) string {
			b := make([]byte, 1+rng.IntN(n))
			for i := range b {
				b[i] = "ab\n"[rng.IntN(3)]
			}
			return string(b)
		}
		job := &runner.Job{Env: []string{"A=" + word(6), "B=" + word(9)}, Secrets: []string{"A", "B"}}
		secrets := secretsOf(job)
		text := word(60)
		var pairs []string
		for _, s := range secrets {
			pairs = append(pairs, string(s), runner.Mask)
		}
		want := strings.NewReplacer(pairs...).Replace(text)
		var pieces []string
		for rest := text; rest != ""; {
			n := min(1+rng.IntN(9), len(rest))
			pieces, rest = append(pieces, rest[:n]), rest[n:]
		}
		if got := masked(secrets, pieces...); got != want {
			t.Fatalf("seed %d: %q of %q in %q: %q, want %q", seed, secrets, text, pieces, got, want)
		}
	}
}
