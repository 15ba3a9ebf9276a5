// Package browser looks at the pages in a real Chromium, as a person does: it starts the
// program, opens a page, moves the mouse, types, and reads what is there. It is a module of
// its own, so that nobody who builds tidemark downloads what only its tests need.
package browser
