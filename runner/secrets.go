package runner

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
)

// A secret's value goes from where it is kept into the environment of the task's process,
// and nowhere else: no error names it, the executor masks it in what the task writes for
// us, and who only looks gets a mask.

// Mask is what stands where a secret's value was.
const Mask = "***"

const (
	maxSecret      = 64 << 10
	secretPatience = 10 * time.Second // for a program that prints one
)

// secrets adds the secret variables of a task to its environment, and says which they are;
// those that a program prints are only named. env_file comes before the task's own
// variables, secrets after them.
func (w *Workshop) secrets(env map[string]string, t *pipelines.Task) (names []string, printed []pipelines.Secret, err error) {
	for _, s := range t.Secrets {
		if !slices.Contains(names, s.Name) {
			names = append(names, s.Name)
		}
		printed = slices.DeleteFunc(printed, func(other pipelines.Secret) bool { return other.Name == s.Name })
		switch {
		case w.Masked:
			env[s.Name] = Mask
		case len(s.Command) > 0:
			delete(env, s.Name)
			printed = append(printed, s)
		default:
			if env[s.Name], err = w.secret(context.Background(), s); err != nil {
				return nil, nil, fmt.Errorf("secret %s: %w", s.Name, err)
			}
		}
	}
	return names, printed, nil
}

// fetch adds to a job the secrets that programs print.
func (w *Workshop) fetch(ctx context.Context, job *Job, secrets []pipelines.Secret) error {
	env := slices.Clone(job.Env)
	for _, s := range secrets {
		value, err := w.secret(ctx, s)
		if err != nil {
			return fmt.Errorf("secret %s: %w", s.Name, err)
		}
		env = append(env, s.Name+"="+value)
	}
	slices.Sort(env)
	job.Env = env
	return nil
}

func (w *Workshop) secret(ctx context.Context, s pipelines.Secret) (string, error) {
	var text []byte
	var err error
	switch {
	case s.Env != "":
		text, err = w.fromEnviron(s.Env)
	case s.File != "":
		text, err = readSecret(within(w.Root, s.File))
	default:
		text, err = w.fromCommand(ctx, s.Command)
	}
	value := strings.TrimRight(string(text), "\r\n")
	switch {
	case err != nil:
		return "", err
	case value == "":
		return "", errors.New("it is empty")
	case len(value) > maxSecret:
		return "", fmt.Errorf("it has more than %d bytes", maxSecret)
	case strings.IndexByte(value, 0) >= 0:
		return "", errors.New("it contains the character NUL")
	}
	return value, nil
}

func (w *Workshop) fromEnviron(name string) ([]byte, error) {
	for _, assignment := range w.Environ {
		if value, ok := strings.CutPrefix(assignment, name+"="); ok {
			return []byte(value), nil
		}
	}
	return nil, fmt.Errorf("the runner has no variable %s", name)
}

func (w *Workshop) fromCommand(ctx context.Context, argv []string) ([]byte, error) {
	ctx, stop := context.WithTimeout(ctx, secretPatience)
	defer stop()
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Dir, cmd.Env, cmd.WaitDelay = w.Root, w.Environ, time.Second
	out, err := cmd.Output()
	if ctx.Err() != nil {
		return nil, fmt.Errorf("%s took longer than %s", argv[0], secretPatience)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", argv[0], err)
	}
	return out, nil
}

func readSecret(path string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if at, ok := errors.AsType[*fs.PathError](err); ok {
		return nil, fmt.Errorf("cannot read %q: %w", path, at.Err)
	}
	return text, err
}

func within(root, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(root, filepath.FromSlash(path))
}

// envFiles adds the variables of a task's files: lines NAME=value, where a value may stand in
// quotes. Empty lines and those that begin with # mean nothing.
func (w *Workshop) envFiles(env map[string]string, t *pipelines.Task) error {
	for _, name := range t.EnvFiles {
		text, err := readSecret(within(w.Root, name))
		if err != nil {
			return fmt.Errorf("env_file: %w", err)
		}
		for i, line := range bytes.Split(text, []byte("\n")) {
			if err := w.envLine(env, strings.TrimSpace(string(line))); err != nil {
				return fmt.Errorf("env_file %s:%d: %w", name, i+1, err)
			}
		}
	}
	return nil
}

func (w *Workshop) envLine(env map[string]string, line string) error {
	if line == "" || line[0] == '#' {
		return nil
	}
	name, value, ok := strings.Cut(strings.TrimPrefix(line, "export "), "=")
	name, value = strings.TrimSpace(name), strings.TrimSpace(value)
	if !ok || goodKey(name) != nil || strings.HasPrefix(name, "TIDEMARK_") || strings.IndexByte(value, 0) >= 0 {
		return errors.New("the line is not NAME=value")
	}
	if n := len(value); n >= 2 && (value[0] == '"' || value[0] == '\'') && value[n-1] == value[0] {
		value = value[1 : n-1]
	}
	if w.Masked {
		value = Mask
	}
	env[name] = value
	return nil
}
