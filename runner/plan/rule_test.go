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
		{"all_done_setup_success", "- s fu k S Ss Sf Sku SFf SK SSs SFs", "s. S. f. fs. Ss. Ssk. F. SF. W Ws SWs", "K Ks Kf KKu KKs", "F Fs FKs U Uk KU"},
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
// no rule may wait for ever, and none may change its mind when one more task ends.
func TestRulesSettleOnceAllHaveEnded(t *testing.T) {
	for rule := pipelines.AllSuccess; rule <= pipelines.Always; rule++ {
		for _, row := range rowsOf(3) {
			n := tallyOf(row)
			got := judge(rule, n)
			if got == wait && !strings.Contains(row, ".") {
				t.Errorf("%s waits for ever over %q", rule, row)
			}
		}
	}
}

func rowsOf(n int) []string {
	if n == 0 {
		return []string{""}
	}
	var all []string
	for _, rest := range rowsOf(n - 1) {
		for _, c := range "sfku.SFKU" {
			all = append(all, rest+string(c))
		}
	}
	return all
}
