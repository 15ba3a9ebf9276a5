package plan

import (
	"strings"
	"testing"
	"unicode"

	"github.com/tidemark-dev/tidemark/pipelines"
)

// TestTriggerRules has one row a rule and state of its upstream: s success, f failed,
// k skipped, u upstream_failed, a dot for one that has not ended; w one that waits, capitals for setups.
func TestTriggerRules(t *testing.T) {
	for _, rule := range []struct{ name, run, wait, skip, block string }{
		{"all_success", "sssss s -", "ss... s.", "ssk.. sk k", "f ssf.. u ku kf"},
		{"all_failed", "f fu ffff -", "f... .", "s fs ss... ssk.. k fk", ""},
		{"all_done", "s sf skfu ss f -", "ssk.. ss... .", "", ""},
		{"one_success", "s ssk.. ss... sf sssss -", ". f. k. fk.", "kk k kkkkk", "ffffu uuuuu kkkkf kkkfu kkkku f u"},
		{"one_failed", "f ssf.. u f. fs -", "ss... ssk.. .", "sskkk s k sk", ""},
		{"one_done", "s ff f. s. fk -", ". k. u.", "kk k u uu ku", ""},
		{"none_failed", "s sk kk sss -", "s. k. .", "", "skf sku f. u"},
		{"none_failed_min_one_success", "s sk ssk -", "s. k. .", "k kk kkk", "sku f skf. u"},
		{"none_skipped", "s sf fu ss -", "s. f. .", "k sk. fk", ""},
		{"all_skipped", "k kk kkk -", "k. .", "s kf. u ks f", ""},
		{"all_done_min_one_success", "s sf ss su -", "s. f. .", "k sk. sfk kk", "f fu u"},
		{"all_done_setup_success", "- s fu k S Ss Sf Sku SFf SK SSs SFs sssssSS sssssfS ssSF ssS", "s. S. f. fs. Ss. Ssk. F. SF. W Ws SWs ss... ssf.. ssS... ssSk.. ssW ssSW", "K Ks Kf KKu KKs sssssKK ssKK ssK", "F Fs FKs U Uk KU sssssKF"},
		{"always", "- . s f k u s.", "", "", ""},
	} {
		r, _ := pipelines.ParseTriggerRule(rule.name)
		for want, rows := range map[answer]string{runIt: rule.run, wait: rule.wait, skipIt: rule.skip, blockIt: rule.block} {
			for _, row := range strings.Fields(rows) {
				if got := judge(r, tallyOf(row)); got != want {
					t.Errorf("%s over %q: %s, want %s", rule.name, row, answerNames[got], answerNames[want])
				}
			}
		}
	}
}

func tallyOf(row string) (n tally) {
	for _, c := range strings.Trim(row, "-") {
		states := map[rune]State{'s': Success, 'f': Failed, 'k': Skipped, 'u': UpstreamFailed, '.': Running, 'w': Waiting}
		if lower := unicode.ToLower(c); lower != c {
			n.addSetup(states[lower])
			continue
		}
		n.add(states[c])
	}
	return n
}

// TestRulesSettleOnceAllHaveEnded goes through every outcome of up to three upstream tasks, setups or not:
// no rule may wait for ever, and what is decided early is never wrong: what runs would have run
// however the rest ends, and what does not run never would have.
func TestRulesSettleOnceAllHaveEnded(t *testing.T) {
	for rule := pipelines.AllSuccess; rule <= pipelines.Always; rule++ {
		for _, row := range rowsOf(3) {
			got := judge(rule, tallyOf(row))
			switch i := strings.Index(row, "."); {
			case got == wait && i < 0:
				t.Errorf("%s waits for ever over %q", rule, row)
			case got != wait && i >= 0:
				for _, end := range "sfku" {
					one := row[:i] + string(end) + row[i+1:]
					if later := judge(rule, tallyOf(one)); (later == runIt) != (got == runIt) {
						t.Errorf("%s over %q: %s, but over %q: %s", rule, row, answerNames[got], one, answerNames[later])
					}
				}
			}
		}
	}
}

// meanings says of each rule which ends decide before all have ended, and what all together
// mean: s, f, k and u are how many have ended so.
var meanings = map[pipelines.TriggerRule]struct {
	early string
	all   func(s, f, k, u int) answer
}{
	pipelines.AllSuccess:              {"fku", func(s, f, k, u int) answer { return answerOf(f+u > 0, blockIt, k > 0, skipIt) }},
	pipelines.AllFailed:               {"sk", func(s, f, k, u int) answer { return answerOf(s+k > 0, skipIt) }},
	pipelines.AllDone:                 {"", func(s, f, k, u int) answer { return runIt }},
	pipelines.OneSuccess:              {"s", func(s, f, k, u int) answer { return answerOf(s > 0, runIt, f+u > 0, blockIt, true, skipIt) }},
	pipelines.OneFailed:               {"fu", func(s, f, k, u int) answer { return answerOf(f+u == 0, skipIt) }},
	pipelines.OneDone:                 {"sf", func(s, f, k, u int) answer { return answerOf(s+f == 0, skipIt) }},
	pipelines.NoneFailed:              {"fu", func(s, f, k, u int) answer { return answerOf(f+u > 0, blockIt) }},
	pipelines.NoneSkipped:             {"k", func(s, f, k, u int) answer { return answerOf(k > 0, skipIt) }},
	pipelines.AllSkipped:              {"sfu", func(s, f, k, u int) answer { return answerOf(s+f+u > 0, skipIt) }},
	pipelines.Always:                  {"sfku.", func(s, f, k, u int) answer { return runIt }},
	pipelines.AllDoneMinOneSuccess:    {"k", func(s, f, k, u int) answer { return answerOf(k > 0, skipIt, s == 0, blockIt) }},
	pipelines.NoneFailedMinOneSuccess: {"fu", func(s, f, k, u int) answer { return answerOf(f+u > 0, blockIt, s == 0, skipIt) }},
	pipelines.AllDoneSetupSuccess:     {"", func(s, f, k, u int) answer { return runIt }}, // without setups; those have a test of their own
}

// answerOf is the answer behind the first condition that holds, and to run if none does.
func answerOf(pairs ...any) answer {
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i].(bool) {
			return pairs[i+1].(answer)
		}
	}
	return runIt
}

func TestTriggerRulesMeanWhatTheySayOverAnyUpstream(t *testing.T) {
	for rule := pipelines.AllSuccess; rule <= pipelines.Always; rule++ {
		m, ok := meanings[rule]
		if !ok {
			t.Fatalf("no meaning of %s", rule)
		}
		for n := 1; n <= 5; n++ {
			for _, row := range rowsFrom("sfku.", n) {
				want := m.all(strings.Count(row, "s"), strings.Count(row, "f"), strings.Count(row, "k"), strings.Count(row, "u"))
				if strings.Contains(row, ".") && !strings.ContainsAny(row, m.early) {
					want = wait
				}
				if got := judge(rule, tallyOf(row)); got != want {
					t.Errorf("%s over %q: %s, want %s", rule, row, answerNames[got], answerNames[want])
				}
			}
		}
	}
}

// A teardown waits for all; then it runs if a setup of its own succeeded, and else it is as
// its setups were.
func TestTeardownsFollowTheirSetupsOverAnyUpstream(t *testing.T) {
	for n := 1; n <= 4; n++ {
		for _, row := range rowsFrom("sf.SFKU", n) {
			want := wait
			if setups := strings.Count(row, "S") + strings.Count(row, "F") + strings.Count(row, "K") + strings.Count(row, "U"); !strings.Contains(row, ".") {
				want = answerOf(setups == 0 || strings.Contains(row, "S"), runIt, strings.Count(row, "K") == setups, skipIt, true, blockIt)
			}
			if got := judge(pipelines.AllDoneSetupSuccess, tallyOf(row)); got != want {
				t.Errorf("over %q: %s, want %s", row, answerNames[got], answerNames[want])
			}
		}
	}
}

func rowsOf(n int) []string { return rowsFrom("sfku.SFKU", n) }

func rowsFrom(ends string, n int) []string {
	if n == 0 {
		return []string{""}
	}
	var all []string
	for _, rest := range rowsFrom(ends, n-1) {
		for _, c := range ends {
			all = append(all, rest+string(c))
		}
	}
	return all
}
