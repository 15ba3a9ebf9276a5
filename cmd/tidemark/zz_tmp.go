package main
import ("time";"github.com/tidemark-dev/tidemark/cmd/tidemark/internal/ui";"github.com/tidemark-dev/tidemark/runner/sqlite")
func storeFailure(err error) error { return err }
func label(t time.Time, loc *time.Location) string { return ui.Terminal{Interactive: true}.Moment(t, loc) }
var _ = sqlite.Options{}
