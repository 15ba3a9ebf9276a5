package pipelines

// TriggerRule says which ends of the upstream tasks let a task run.
type TriggerRule uint8

// The trigger rules, named as in Airflow.
const (
	AllSuccess TriggerRule = iota
	AllFailed
	AllDone
	OneSuccess
	OneFailed
	OneDone
	NoneFailed
	NoneFailedMinOneSuccess
	NoneSkipped
	AllSkipped
	AllDoneMinOneSuccess
	AllDoneSetupSuccess // what a teardown has
	Always
)

var triggerRuleNames = [...]string{
	AllSuccess:              "all_success",
	AllFailed:               "all_failed",
	AllDone:                 "all_done",
	OneSuccess:              "one_success",
	OneFailed:               "one_failed",
	OneDone:                 "one_done",
	NoneFailed:              "none_failed",
	NoneFailedMinOneSuccess: "none_failed_min_one_success",
	NoneSkipped:             "none_skipped",
	AllSkipped:              "all_skipped",
	AllDoneMinOneSuccess:    "all_done_min_one_success",
	AllDoneSetupSuccess:     "all_done_setup_success",
	Always:                  "always",
}

// String returns the rule's name in YAML.
func (r TriggerRule) String() string { return triggerRuleNames[r] }

// ParseTriggerRule returns the rule of that name.
func ParseTriggerRule(name string) (TriggerRule, bool) {
	for i, n := range triggerRuleNames {
		if n == name {
			return TriggerRule(i), true
		}
	}
	return 0, false
}
