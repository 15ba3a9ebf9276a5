package pipelines

import (
	"maps"
	"slices"
)

// Keys that are decided but not yet built: known, so that the message can say so. Each moves into a decoder
// together with the test of its behaviour.
var (
	laterEverywhere = []string{
		"deadline", "notify", "on_failure", "on_recovery", "on_late", "wait_for", "interpreters", "use", "script",
		"container", "on", "batch", "artifacts", "approve", "calendar", "retention",
	}
	laterInPipeline = append([]string{
		"pools",
		"executor", "executors",
		"vars", "inherit_env", "outputs", "workdir",
	}, laterEverywhere...)
	laterInTask = append([]string{
		"max_active_tasks",
		"executor",
		"executors", "inherit_env",
	}, laterEverywhere...)
	laterInDefaults = append([]string{"env_file", "secrets", "workdir", "skip_exit_code", "allow_failure", "when", "env"}, laterInTask...)
	laterInSettings = append([]string{
		"executor", "executors", "secrets", "env_file", "targets", "interpreters",
	}, laterEverywhere...)
	laterInNeeds    = []string{"pipeline", "covers", "on", "interval"}
	laterInSchedule = []string{"calendar", "jitter", "timezone"}
)

var foreignKeys = slices.Sorted(maps.Keys(keyAliases))

// keyAliases are the words of other tools, and ours.
var keyAliases = map[string]string{
	"dag": "pipeline", "dag_id": "pipeline", "name": "pipeline", "id": "pipeline", "steps": "tasks", "jobs": "tasks",
	"cron": "schedule", "schedule_interval": "schedule", "start": "start_date", "end": "end_date", "tz": "timezone",
	"default_args": "defaults", "parameters": "params", "environment": "env", "labels": "tags", "title": "description",
	"bash_command": "run", "command": "run", "cmd": "run", "depends_on": "needs", "depends": "needs",
	"upstream": "needs", "after": "needs", "working_directory": "workdir", "cwd": "workdir", "dir": "workdir",
	"if": "when", "condition": "when", "execution_timeout": "timeout", "retry": "retries", "variables": "vars",
	"continue_on_error": "allow_failure", "skip_on_exit_code": "skip_exit_code", "delay": "retry_delay",
	"backoff": "retry_backoff", "retry_exponential_backoff": "retry_backoff", "max_backoff": "max_retry_delay", "max_delay": "max_retry_delay",
	"workers": "parallelism", "logs": "log_dir", "state": "state_dir", "max_active": "max_active_runs", "envFile": "env_file", "dotenv": "env_file", "dagrun_timeout": "run_timeout",
	"priority_weight": "priority", "foreach": "for_each", "expand": "for_each", "with_items": "for_each", "matrix": "for_each", "loop": "for_each", "concurrency": "max_active_tasks", "slots": "pool_slots",
}
