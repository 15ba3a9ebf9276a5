//go:build linux

package main

import (
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
)

// engine is a peer that takes its work as a program or a document of its own, in its fastest
// documented set-up. It is given less work than others: each costs it far more.
type engine struct {
	name   string
	how    string // the set-up, in words
	file   string // what its work is written into
	work   func(w io.Writer, g graph)
	run    string   // a line for the shell, in the directory of that file
	before string   // the same, beforehand, which is not counted; "": nothing
	says   []string // its version
}

var engines = []engine{
	{name: "dagu", how: "`dagu start`, no scheduler, no pages", file: "work.yaml", work: daguWork,
		run: "DAGU_HOME=$PWD/home dagu start work.yaml", says: []string{"dagu", "version"}},
	{name: "airflow", how: "`airflow dags test`, SQLite, no scheduler: one task at a time, in one process", file: "dags/work.py", work: airflowWork,
		before: airflowHome + "airflow db migrate", run: airflowHome + "airflow dags test work 2024-01-01", says: []string{"airflow", "version"}},
	{name: "prefect", how: "a flow with its own server, `ThreadPoolTaskRunner`, in one process", file: "work.py", work: prefectWork,
		run:  "PREFECT_HOME=$PWD/home PREFECT_LOGGING_LEVEL=ERROR PREFECT_SERVER_ANALYTICS_ENABLED=false " + pythonOf("prefect") + " work.py",
		says: []string{"prefect", "--version"}},
	{name: "dagster", how: "`dagster job execute`, `in_process_executor`: one task at a time, in one process", file: "work.py", work: dagsterWork,
		before: "mkdir home", run: "DAGSTER_HOME=$PWD/home dagster job execute -f work.py -j work", says: []string{"dagster", "--version"}},
}

const airflowHome = "AIRFLOW_HOME=$PWD AIRFLOW__CORE__LOAD_EXAMPLES=False AIRFLOW__LOGGING__LOGGING_LEVEL=ERROR "

// pythonOf is the interpreter that a program in Python names in its first line.
func pythonOf(program string) string {
	return `"$(head -n 1 "$(command -v ` + program + `)" | cut -c 3-)"`
}

// engines measures those that are installed.
func (b *bench) engines() error {
	var there []engine
	for _, e := range engines {
		if _, err := exec.LookPath(e.name); err == nil {
			there = append(there, e)
		}
	}
	if len(there) == 0 {
		return nil
	}
	for _, g := range []graph{
		{tasks: b.pick(50, 500), list: "[/bin/true]", slots: slots},
		{tasks: b.pick(20, 100), list: "[/bin/true]", slots: slots, chain: true},
	} {
		atOnce, work := slots, fmt.Sprintf("%d × `/bin/true`", g.tasks)
		if g.chain {
			atOnce, work = 1, "chain of "+work
		}
		all := []contender{bare(g.tasks, atOnce, "/bin/true"), b.ours(g)}
		for _, e := range there {
			all = append(all, e.contender(g))
		}
		costs, err := b.compete(b.pick(1, 3), all...)
		if err != nil {
			return err
		}
		b.rank(work+", engines", g.tasks, costs)
	}
	return nil
}

func (e engine) contender(g graph) contender {
	return contender{name: e.name, argv: []string{"sh", "-c", e.run}, prepare: func(dir string) error {
		if err := write(filepath.Join(dir, e.file), func(w io.Writer) { e.work(w, g) }); err != nil {
			return err
		}
		if e.before == "" {
			return nil
		}
		_, err := timed(dir, "sh", "-c", e.before)
		return err
	}}
}

func daguWork(w io.Writer, g graph) {
	fmt.Fprintf(w, "type: graph\nmaxActiveSteps: %d\nsteps:\n", g.slots)
	for i := range g.tasks {
		fmt.Fprintf(w, "  - name: t%d\n    command: /bin/true\n", i)
		if g.chain && i > 0 {
			fmt.Fprintf(w, "    depends: t%d\n", i-1)
		}
	}
}

func airflowWork(w io.Writer, g graph) {
	fmt.Fprint(w, `from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

with DAG("work", schedule=None):
    last = None
`+"    for i in range("+fmt.Sprint(g.tasks)+`):
        task = BashOperator(task_id=f"t{i}", bash_command="/bin/true")
        if `+python(g.chain)+` and last:
            last >> task
        last = task
`)
}

func prefectWork(w io.Writer, g graph) {
	fmt.Fprint(w, `import subprocess
from prefect import flow, task
from prefect.task_runners import ThreadPoolTaskRunner

@task
def run():
    subprocess.run(["/bin/true"], check=True)

@flow(task_runner=ThreadPoolTaskRunner(max_workers=`+fmt.Sprint(g.slots)+`))
def work():
    all = []
    for i in range(`+fmt.Sprint(g.tasks)+`):
        all.append(run.submit(wait_for=all[-1:] if `+python(g.chain)+` else None))
    for future in all:
        future.result()

work()
`)
}

func dagsterWork(w io.Writer, g graph) {
	fmt.Fprint(w, `import subprocess
from dagster import In, Nothing, Out, in_process_executor, job, op

@op(ins={"start": In(Nothing)}, out=Out(Nothing))
def step():
    subprocess.run(["/bin/true"], check=True)

@op(out=Out(Nothing))
def first():
    subprocess.run(["/bin/true"], check=True)

@job(executor_def=in_process_executor)
def work():
    last = first()
    for i in range(`+fmt.Sprint(g.tasks-1)+`):
        if `+python(g.chain)+`:
            last = step.alias(f"t{i}")(start=last)
        else:
            first.alias(f"t{i}")()
`)
}

func python(yes bool) string {
	if yes {
		return "True"
	}
	return "False"
}

// settings say of each engine that is installed how it was run.
func (e engine) settings() (string, bool) {
	out, err := exec.Command(e.says[0], e.says[1:]...).CombinedOutput()
	if err != nil {
		return "", false
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	return fmt.Sprintf("%s, %s (%s)", e.name, e.how, lines[len(lines)-1]), true
}
