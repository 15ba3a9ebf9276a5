package pipelines

import (
	"slices"
	"strings"
	"testing"
	"time"
)

const givenSource = `params:
  region: {type: string, default: eu, enum: [eu, us]}
  n: 3
  f: 1.5
  yes: true
  day: {type: date}
  l: {type: list, enum: [[1, 2], [3]]}
  o: {default: {k: v}}
  who: {type: string, required: true}
tasks: {a: echo}
`

func TestWhatARunIsGivenIsReadByType(t *testing.T) {
	p, problems := Parse("x.yaml", []byte("timezone: Europe/Amsterdam\n"+givenSource), &Settings{}, nil)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	given := []string{"region=us", "n=4", "f=2", "yes=false", "day=2024-02-29", "l=[1,2]", `o={"k":"w"}`, "who=a=b"}
	values, wrong := p.Given(given)
	if len(wrong) > 0 {
		t.Fatal(wrong)
	}
	day, _ := values["day"].(time.Time)
	if values["region"] != "us" || values["n"] != 4 || values["f"] != 2.0 || values["yes"] != false || values["who"] != "a=b" ||
		!day.Equal(time.Date(2024, 2, 28, 23, 0, 0, 0, time.UTC)) {
		t.Errorf("read %v", values)
	}
	again, wrong := p.Regiven(values)
	if len(wrong) > 0 || len(again) != len(values) || again["who"] != "a=b" || !again["day"].(time.Time).Equal(day) {
		t.Errorf("again %v: %v", again, wrong)
	}
}

func TestAllThatIsWrongWithWhatARunIsGivenIsSaid(t *testing.T) {
	p, _ := Parse("x.yaml", []byte(givenSource), &Settings{}, nil)
	_, wrong := p.Given([]string{"region=asia", "n=1.5", "n=2", "f=nan", "yes=maybe", "day=soon", "l=[4]", "regon=eu", "x"})
	want := []string{
		`param "region" must be one of ["eu","us"], but is "asia"`,
		`param "n" must be a whole number, but is "1.5"`,
		`param "n" is given twice`,
		`param "f" must be a number, but is "nan"`,
		`param "yes" must be true or false, but is "maybe"`,
		`param "day" must be a date, but is "soon"`,
		`param "l" must be one of [[1,2],[3]], but is "[4]"`,
		`pipeline "x" has no param "regon"; did you mean "region"?`,
		`"x" is not NAME=VALUE`,
		`param "who" is required`,
	}
	if !slices.Equal(wrong, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(wrong, "\n"), strings.Join(want, "\n"))
	}
}

func TestARequiredParamNeedsSomebodyToGiveIt(t *testing.T) {
	for src, want := range map[string]string{
		"params: {a: {required: true}}\ntasks: {x: echo}\n":                                                      "",
		"params: {a: {required: true, default: 1}}\ntasks: {x: echo}\n":                                          "has a default",
		"schedule: '@daily'\nstart_date: 2024-01-01\nparams: {a: {required: true}}\ntasks: {x: echo}\n":          "the schedule makes runs",
		"schedule: '@daily'\nstart_date: 2024-01-01\nparams: {a: {required: false}}\ntasks: {x: echo}\n":         "",
		"schedule: '@daily'\nstart_date: 2024-01-01\nparams: {a: {required: perhaps}}\ntasks: {x: echo}\n":       "required must be true or false",
		"schedule: '@daily'\nstart_date: 2024-01-01\nparams: {a: {requird: false, type: date}}\ntasks: {x: e}\n": `"required"`,
	} {
		_, problems := Parse("x.yaml", []byte(src), &Settings{}, nil)
		var all []string
		for _, p := range problems {
			if p.Severity == Error {
				all = append(all, p.Message+" "+p.Help)
			}
		}
		if text := strings.Join(all, "; "); (want == "") != (text == "") || !strings.Contains(text, want) {
			t.Errorf("%s: %q, want %q", src, text, want)
		}
	}
}
