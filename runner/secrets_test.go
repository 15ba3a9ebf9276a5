package runner

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tidemark-dev/tidemark/pipelines"
)

func TestSecretsComeFromWhereTheyAreKept(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"key": "s3cret\n", "hollow": "\n", "nul": "a\x00b", "large": strings.Repeat("x", maxSecret+1)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	w := &Workshop{Root: dir, Environ: []string{"TOKEN=t=1", "PATH=" + os.Getenv("PATH")}}
	for _, c := range []struct {
		secret    pipelines.Secret
		want, err string
	}{
		{pipelines.Secret{Env: "TOKEN"}, "t=1", ""},
		{pipelines.Secret{Env: "TOKE"}, "", "the runner has no variable TOKE"},
		{pipelines.Secret{File: "key"}, "s3cret", ""},
		{pipelines.Secret{File: filepath.Join(dir, "key")}, "s3cret", ""},
		{pipelines.Secret{File: "none"}, "", "cannot read"},
		{pipelines.Secret{File: "hollow"}, "", "it is empty"},
		{pipelines.Secret{File: "nul"}, "", "the character NUL"},
		{pipelines.Secret{File: "large"}, "", "more than 65536 bytes"},
		{pipelines.Secret{Command: []string{"sh", "-c", "cat key"}}, "s3cret", ""},
		{pipelines.Secret{Command: []string{"sh", "-c", "cat key; exit 3"}}, "", "sh: exit status 3"},
		{pipelines.Secret{Command: []string{"no-such-program"}}, "", "no-such-program"},
	} {
		got, err := w.secret(t.Context(), c.secret)
		if got != c.want || (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%+v: %q, %v", c.secret, got, err)
		}
		if err != nil && strings.Contains(err.Error(), "s3cret") {
			t.Errorf("the error tells it: %v", err)
		}
	}
}

func TestEnvFilesAreLinesOfAssignments(t *testing.T) {
	for line, want := range map[string]string{"A=1": "1", " A = x y ": "x y", "export A='q'": "q", `A="a=b"`: "a=b", "A=": "", "# A=1": "-", "": "-"} {
		env := map[string]string{"A": "-"}
		if err := (&Workshop{}).envLine(env, strings.TrimSpace(line)); err != nil || env["A"] != want {
			t.Errorf("%q: %q, %v", line, env["A"], err)
		}
	}
	for _, line := range []string{"A", "1A=1", "A B=1", "=1", "TIDEMARK_X=1"} {
		if err := (&Workshop{}).envLine(map[string]string{}, line); err == nil {
			t.Errorf("%q is accepted", line)
		}
	}
}
