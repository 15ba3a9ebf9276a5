package timetable

import (
	"slices"
	"strings"
)

// A Preset is a name for a cron expression.
type Preset struct{ Name, Cron string }

var presets = []Preset{
	{"@hourly", "0 * * * *"},
	{"@daily", "0 0 * * *"},
	{"@midnight", "0 0 * * *"},
	{"@weekly", "0 0 * * 0"},
	{"@monthly", "0 0 1 * *"},
	{"@quarterly", "0 0 1 */3 *"},
	{"@yearly", "0 0 1 1 *"},
	{"@annually", "0 0 1 1 *"},
}

// Presets is every preset, from the most to the least frequent, with the expressions of Airflow.
func Presets() []Preset { return slices.Clone(presets) }

// ExpandPreset is the expression for a preset such as @daily, in any case.
func ExpandPreset(name string) (string, bool) {
	for _, p := range presets {
		if strings.EqualFold(p.Name, name) {
			return p.Cron, true
		}
	}
	return "", false
}

func presetNames() string {
	var names []string
	for _, p := range presets {
		names = append(names, p.Name)
	}
	return strings.Join(names, " ")
}
