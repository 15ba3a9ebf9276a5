package main

import (
	"bufio"
	"bytes"
	"fmt"
	"iter"
)

// row is an element of a streamed list, which writes itself as encoding/json would.
type row interface {
	appendJSON(b []byte, l layout) []byte
}

// layout is the white space of a row: none, or that of an indented document.
type layout struct{ margin, gap, end string }

var compactLayout, indentedLayout = layout{}, layout{"\n      ", " ", "\n    "}

// key appends the key of a field; more says that it is not the first.
func (l layout) key(b []byte, name string, more bool) []byte {
	if more {
		b = append(b, ',')
	}
	b = append(append(b, l.margin...), '"')
	b = append(append(append(b, name...), '"', ':'), l.gap...)
	return b
}

// Stream prints a document like Document, but with rows in place of its empty list key, one
// after the other: a list that may have millions of rows never stands in memory. The rows'
// times must be in UTC and their lists not nil.
func (c *call) Stream(doc any, key string, rows iter.Seq[row]) error {
	compact := c.Format == "jsonl"
	gap, margin, l := " ", "\n    ", indentedLayout
	if compact {
		gap, margin, l = "", "", compactLayout
	}
	var whole bytes.Buffer
	if err := writeDocument(&whole, doc, !compact); err != nil {
		return err
	}
	before, after, found := bytes.Cut(whole.Bytes(), []byte(`"`+key+`":`+gap+`[]`))
	if !found {
		return fmt.Errorf("the document has no empty list %q", key)
	}
	w := bufio.NewWriterSize(c.Out, 1<<16)
	w.Write(before)
	w.WriteString(`"` + key + `":` + gap + `[`)
	separator, end := margin, ""
	var text []byte
	for r := range rows {
		text = r.appendJSON(text[:0], l)
		w.WriteString(separator)
		if _, err := w.Write(text); err != nil {
			return err
		}
		separator, end = ","+margin, margin[:max(len(margin)-2, 0)]
	}
	w.WriteString(end + `]`)
	w.Write(after)
	return w.Flush()
}
