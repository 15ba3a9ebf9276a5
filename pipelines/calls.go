package pipelines

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/builtin"
)

// checkCall refuses unknown functions, and constant arguments that would fail at every run.
func checkCall(id *ast.IdentifierNode, call *ast.CallNode) *exprError {
	at := id.Location()
	bad := &exprError{code: "bad-expression", from: at.From, to: at.To}
	if slices.Contains(ourFunctions, id.Value) {
		return checkConstant(id.Value, call)
	}
	if slices.Contains(disabledBuiltins, id.Value) {
		bad.message = id.Value + "() is not available in an expression"
		bad.help = "an expression gives the same value whenever and wherever it is evaluated; use interval.start, date_add, date_format or a script"
		return bad
	}
	if _, ok := builtin.Index[id.Value]; ok || rootSetNames[id.Value] {
		return nil
	}
	bad.code, bad.message = "unknown-variable", fmt.Sprintf("function %q does not exist", id.Value)
	bad.help = didYouMean(id.Value, append(slices.Collect(maps.Keys(builtin.Index)), ourFunctions...))
	return bad
}

func checkConstant(name string, call *ast.CallNode) *exprError {
	if len(call.Arguments) != 2 {
		return nil
	}
	argument, ok := call.Arguments[1].(*ast.StringNode)
	if !ok {
		return nil
	}
	try := map[string]func(any, string) (any, error){
		"date_format": dateFormat, "date_add": dateAdd, "in_timezone": inTimezone, "start_of": startOf,
	}[name]
	if try == nil {
		return nil
	}
	if _, err := try(time.Unix(0, 0).UTC(), argument.Value); err != nil {
		at := argument.Location()
		return &exprError{code: "bad-expression", message: fmt.Sprintf("%s: %v", name, err), from: at.From, to: at.To}
	}
	return nil
}
