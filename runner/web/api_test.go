package web

import (
	"slices"
	"testing"
)

func TestARequestIsACommand(t *testing.T) {
	s, asked := stand(t, own)
	h := s.Handler()
	w := ask1(t, h, "POST", local+"/api/v1/pipelines/sales/clear", `{"task_regex": "^a", "interval": ["2026-01-01", "2026-01-02"], "downstream": true, "last": 3, "reason": null, "digest": "d1"}`)
	if w.Code != 200 {
		t.Fatal(w.Code, w.Body)
	}
	c := (*asked)[0]
	want := []Flag{{"task-regex", "^a"}, {"downstream", "true"}, {"interval", "2026-01-01"}, {"interval", "2026-01-02"}, {"last", "3"}, {"yes", "true"}}
	if c.Verb != "clear" || !slices.Equal(c.Args, []string{"sales"}) || c.Digest != "d1" || !slices.Equal(sorted(c.Flags), sorted(want)) {
		t.Errorf("%+v", c)
	}
	ask1(t, h, "GET", local+"/api/v1/pipelines/sales/intervals/2026-01-02T06:00/tasks/load%5B3%5D/log?try=2&tail=10", "")
	c = (*asked)[1]
	if !slices.Equal(c.Args, []string{"sales", "2026-01-02T06:00", "load[3]"}) || !slices.Equal(sorted(c.Flags), []Flag{{"tail", "10"}, {"try", "2"}}) {
		t.Errorf("%+v", c)
	}
}

func sorted(f []Flag) []Flag {
	f = slices.Clone(f)
	slices.SortFunc(f, func(a, b Flag) int {
		if a.Name+a.Value < b.Name+b.Value {
			return -1
		}
		return 1
	})
	return f
}

// What is not understood is refused: a filter that is ignored clears too much.
func TestNothingOfARequestIsIgnored(t *testing.T) {
	s, asked := stand(t, own)
	h := s.Handler()
	for _, body := range []string{
		`{"taskregex": "^a"}`, `{"downstream": "yes"}`, `{"last": 1.5}`, `{"last": "three"}`, `{"task_regex": ["a", "b"]}`, `{"task_regex": {}}`,
		`{"project": "/etc"}`, `{"out": "/tmp/x"}`, `{"yes": true}`, `[]`, `{`, `{} {}`, `"text"`,
	} {
		if w := ask1(t, h, "POST", local+"/api/v1/pipelines/sales/clear", body); w.Code != 400 {
			t.Errorf("%s: %d %s", body, w.Code, w.Body)
		}
	}
	for _, query := range []string{"?limit=x", "?limit=1&limit=2", "?unknown=1", "?db=/etc/passwd"} {
		if w := ask1(t, h, "GET", local+"/api/v1/pipelines/sales/runs"+query, ""); w.Code != 400 {
			t.Errorf("%s: %d %s", query, w.Code, w.Body)
		}
	}
	if len(*asked) != 0 {
		t.Errorf("carried out: %v", *asked)
	}
}

func TestTheCommandLineIsEqual(t *testing.T) {
	for want, c := range map[string]Command{
		`tidemark clear sales -t '^(a|b)$' -s 2026-01-01 -e 2026-01-03T00:00 -d`: {Verb: "clear", Args: []string{"sales"}, Flags: []Flag{
			{"task-regex", "^(a|b)$"}, {"start-date", "2026-01-01"}, {"end-date", "2026-01-03T00:00"}, {"downstream", "true"}, {"upstream", "false"}, {"dry-run", "true"}}},
		`tidemark clear sales --reason 'anna'\''s fault; rm -rf /'`: {Verb: "clear", Args: []string{"sales"}, Flags: []Flag{{"reason", "anna's fault; rm -rf /"}, {"yes", "true"}}},
	} {
		if got := commandLine(c); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
