package pipelines

import (
	"strings"
	"testing"
	"time"
)

var newYear = time.Date(2023, 12, 31, 23, 0, 0, 0, time.UTC) // midnight in Amsterdam

// evaluate renders a text in a pipeline of Amsterdam on 2024-01-01.
func evaluate(t testing.TB, text string, change ...func(*Context)) (string, error) {
	t.Helper()
	src := "timezone: Europe/Amsterdam\nparams: {s: eu, n: 3, f: 1.5, yes: true, day: 2024-02-29, l: [a, b], o: {default: {k: v}}, none: {type: string}}\n" +
		"env: {A: x}\ntasks:\n  a:\n    run: |-\n      " + strings.ReplaceAll(text, "\n", "\n      ") + "\n"
	p, problems := Parse("x.yaml", []byte(src), &Settings{Vars: map[string]any{"bucket": "s3", "list": []any{1, 2}}}, nil)
	if p == nil {
		t.Fatalf("%s: %+v", text, problems)
	}
	c := &Context{Start: newYear, End: newYear.Add(24 * time.Hour), Run: RunContext{7, "backfill"}, Task: TaskContext{ID: "a", Try: 2}}
	for _, f := range change {
		f(c)
	}
	command, err := p.Tasks[0].Command(c)
	if err != nil {
		return "", err
	}
	return command.Argv[2], nil
}

func TestExpressionsKnowTheirInterval(t *testing.T) {
	for text, want := range map[string]string{
		"${{ ds }} ${{ ds_nodash }}":                                             "2024-01-01 20240101",
		"${{ ts }} ${{ ts_nodash }}":                                             "2023-12-31T23:00:00+00:00 20231231T230000",
		"${{ interval.start }}/${{interval.end}}":                                "2023-12-31T23:00:00Z/2024-01-01T23:00:00Z",
		"${{ logical_date }}":                                                    "2023-12-31T23:00:00Z",
		"${{ logical_date.Year() }}":                                             "2024",
		"${{ interval.end - interval.start }}":                                   "1d",
		"${{ run.id }} ${{ run.kind }} ${{ task.id }} ${{ task.try }}":           "7 backfill a 2",
		"${{ task.try + 1 }}":                                                    "3",
		"${{ prev_success.start ?? \"never\" }}":                                 "never",
		"${{ params.s }} ${{ params.n }} ${{ params.f }} ${{ params.yes }}":      "eu 3 1.5 true",
		"${{ params.l }} ${{ params.o.k }} ${{ params.o }}":                      `["a","b"] v {"k":"v"}`,
		"${{ date_format(params.day, \"%d.%m.%y %j %a %V\") }}":                  "29.02.24 060 Thu 09",
		"${{ vars.bucket }}/${{ env.A }}":                                        "s3/x",
		"${{ join(vars.list, \"-\") }}":                                          "1-2",
		"${{ date_add(ds, \"-1d\") }} ${{ date_add(ds, \"1w\") }}":               "2023-12-31 2024-01-08",
		"${{ date_add(interval.start, \"90m\") }}":                               "2024-01-01T00:30:00Z",
		"${{ date_format(interval.start, \"%Y/%m/%d/%H %z\") }}":                 "2024/01/01/00 +0100",
		"${{ date_format(in_timezone(interval.start, \"UTC\"), \"%F %T\") }}":    "2023-12-31 23:00:00",
		"${{ date_format(start_of(date_add(ds, \"40d\"), \"month\"), \"%F\") }}": "2024-02-01",
		"${{ date_format(start_of(date_add(ds, \"-1d\"), \"week\"), \"%F\") }}":  "2023-12-25",
		"${{ upper(params.s) + \"-\" + string(params.n) }}":                      "EU-3",
		"${{ params.n > 2 ? \"many\" : \"few\" }}":                               "many",
		"$${{ ds }} ${{ \"}}\" }} ${{ {\"a\": {\"b\": 1}} }}":                    `${{ ds }} }} {"a":{"b":1}}`,
		"${{ 0.1 + 0.2 > 0.3 }} ${{ 10 / 4 }} ${{ 1e6 }}":                        "true 2.5 1000000",
		"first\n${{ ds }}":                                                       "first\n2024-01-01",
	} {
		if got, err := evaluate(t, text); err != nil || got != want {
			t.Errorf("%s: got %q, %v; want %q", text, got, err, want)
		}
	}
}

func TestAValueThatIsMissingIsAnError(t *testing.T) {
	for _, text := range []string{"${{ prev_success.start }}", "${{ params.none }}", "${{ date_add(prev_success.end, \"1d\") }}", "${{ params.l[7] }}", "${{ 1 % (params.n - 3) }}"} {
		if got, err := evaluate(t, text); err == nil {
			t.Errorf("%s: got %q", text, got)
		}
	}
}

func TestARunsOwnParamsWinWhateverWayTheyCame(t *testing.T) {
	got, err := evaluate(t, "${{ params.s }} ${{ params.n + 1 }} ${{ date_format(params.day, \"%d\") }} ${{ params.f * 2 }}", func(c *Context) {
		c.Params = map[string]any{"s": "us", "n": float64(4), "day": "2024-03-05", "f": 2} // through JSON
	})
	if err != nil || got != "us 5 05 4" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestAVariableWithoutAValueIsUnsetNotEmpty(t *testing.T) {
	p, problems := Parse("x.yaml", []byte("env: {A: one, SINCE: '${{ prev_success.end }}', E: ''}\ntasks:\n  a: {run: echo, env: {A: \"${{ env.A }} two\", B: \"${{ env.A }}\"}}\n"), nil, nil)
	if p == nil {
		t.Fatal(problems)
	}
	c := &Context{Start: newYear, End: newYear}
	command, err := p.Tasks[0].Command(c)
	if err != nil || len(command.Env) != 3 || command.Env[0] != (KV{"E", ""}) || command.Env[1] != (KV{"A", "one two"}) || command.Env[2] != (KV{"B", "one two"}) {
		t.Errorf("%+v, %v", command.Env, err)
	}
	c.PrevSuccessEnd = newYear
	if command, err = p.Tasks[0].Command(c); err != nil || command.Env[0] != (KV{"SINCE", "2023-12-31T23:00:00Z"}) {
		t.Errorf("%+v, %v", command.Env, err)
	}
	if c.Env != nil {
		t.Error("the caller's context was changed")
	}
}

func TestConditionsAreTrueOrFalse(t *testing.T) {
	src := "params: {region: eu, x: {type: object, default: {y: 1}}}\nenv: {R: eu}\ntasks:\n  a: {run: echo, when: '${{ params.region == env.R }}'}\n  b: {run: echo, when: '${{ ds > \"2024-06-01\" }}'}\n  c: {run: echo, when: false}\n  d: {run: echo, when: '${{ params.x.y }}'}\n  e: echo\n"
	p, problems := Parse("x.yaml", []byte(src), nil, nil)
	if p == nil {
		t.Fatal(problems)
	}
	for i, want := range []string{"true", "false", "false", "error", "true"} {
		got, err := p.Tasks[i].Should(&Context{Start: newYear, End: newYear})
		if (err != nil) != (want == "error") || err == nil && got != (want == "true") {
			t.Errorf("%s: got %v, %v", p.Tasks[i].ID, got, err)
		}
	}
}

func TestAConditionGuardsItsCommand(t *testing.T) {
	src := "tasks: {a: {run: 'echo ${{ prev_success.end }}', when: '${{ prev_success.end != nil }}'}}\n"
	p, problems := Parse("x.yaml", []byte(src), nil, nil)
	if p == nil {
		t.Fatal(problems)
	}
	if should, err := p.Tasks[0].Should(&Context{Start: newYear, End: newYear}); should || err != nil {
		t.Errorf("%v, %v", should, err)
	}
}

func TestParamsAreReadFromACommandLine(t *testing.T) {
	p, problems := Parse("x.yaml", []byte("params: {n: 3, s: {default: eu, enum: [eu, us]}, d: 2024-01-01, b: true, l: [a], o: {type: object}}\ntasks: {a: echo}\n"), nil, nil)
	if p == nil {
		t.Fatal(problems)
	}
	for i, c := range []struct{ good, bad string }{{"4", "four"}, {"us", "asia"}, {"2024-02-03", "soon"}, {"false", "maybe"}, {`["b"]`, "b"}, {`{"k": 1}`, "[1]"}} {
		param := p.Params[i]
		if _, err := param.Parse(c.good, time.UTC); err != nil {
			t.Error(err)
		}
		if v, err := param.Parse(c.bad, time.UTC); err == nil {
			t.Errorf("%s: %q is taken for %v", param.Name, c.bad, v)
		}
	}
}

func TestNoExpressionStallsTheLoop(t *testing.T) {
	for _, text := range []string{
		"all(1..100000, all(1..100000, # > 0))", "len(map(1..1000000, #))", "map(1..50000, map(1..50000, 1))",
		"join(map(1..90000, \"" + strings.Repeat("x", 200) + "\"), \"\")",
	} {
		p, _ := Parse("x.yaml", []byte("tasks: {a: '${{ "+text+" }}'}\n"), nil, nil)
		if p == nil {
			continue // refused at load: as good
		}
		began := time.Now()
		if _, err := p.Tasks[0].Command(&Context{Start: newYear, End: newYear}); err == nil {
			t.Errorf("%s has a value", text)
		}
		if spent := time.Since(began); spent > 5*time.Second {
			t.Errorf("%s took %v", text, spent)
		}
	}
}

func FuzzExpression(f *testing.F) {
	for _, s := range []string{"ds", "params.s", "1 + 2", "date_add(ds, \"1d\")", "{\"a\": 1}", "filter(params.l, # == \"a\")", "a?.b ?? c", "let x = 1; x", "interval.start.Local()", "1..1e9", "[1,2][5]", "params.l | map(upper(#))"} {
		f.Add(s)
	}
	s := &scope{params: []Param{{Name: "s", Type: "string", Default: "x"}, {Name: "l", Type: "list", Default: []any{"a"}}}, location: time.UTC}
	f.Fuzz(func(t *testing.T, source string) {
		s := *s
		s.compiler = newCompiler()
		e, errs := s.compile(source, false)
		if (e == nil) != (len(errs) > 0) {
			t.Fatalf("%v and %v", e, errs)
		}
		if e == nil {
			return
		}
		c := &Context{Start: newYear, End: newYear}
		one, err1 := e.eval(c)
		two, err2 := e.eval(c)
		if (err1 == nil) != (err2 == nil) {
			t.Fatalf("%v then %v", err1, err2)
		}
		if a, err := textOf(one); err == nil {
			if b, _ := textOf(two); a != b {
				t.Fatalf("%q then %q", a, b)
			}
		}
	})
}
