package plan

import "testing"

// A date is stored as an instant in UTC, and a task sees the day that was given.
func TestParamsAreOneTextWhateverTheirOrder(t *testing.T) {
	def := file(t, "timezone: Europe/Amsterdam\nparams: {day: {type: date}, n: 1, l: {type: list}}\ntasks: {a: echo}\n")
	one, refusal := Given(def, []string{"n=2", "day=2024-03-01", "l=[1, {\"k\": 2}]"})
	if refusal != nil {
		t.Fatal(refusal)
	}
	other, _ := Given(def, []string{"l=[1,{\"k\":2}]", "day=2024-02-29T23:00Z", "n=2"})
	if one != `{"day":"2024-02-29T23:00:00Z","l":[1,{"k":2}],"n":2}` || one != other {
		t.Errorf("%s and %s", one, other)
	}
	again, refusal := one.again(def)
	if refusal != nil || again != one {
		t.Errorf("again: %s, %v", again, refusal)
	}
	var read Params
	if err := read.UnmarshalJSON([]byte(" {\n \"n\": 2, \"l\": [1, {\"k\": 2}],\n \"day\": \"2024-02-29T23:00:00Z\" } ")); err != nil || read != one {
		t.Errorf("read: %s, %v", read, err)
	}
	if none, _ := Given(def, nil); none != "" || none.Values() != nil {
		t.Errorf("nothing was given: %q", none)
	}
}
