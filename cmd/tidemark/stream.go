package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"iter"
)

// Stream prints a document like Document, but with rows in place of its empty list key, one
// after the other: a list that may have millions of rows never stands in memory. The rows'
// times must be in UTC and their lists not nil.
func (c *call) Stream(doc any, key string, rows iter.Seq[any]) error {
	compact := c.Format == "jsonl"
	gap, margin, indent := " ", "\n    ", "  "
	if compact {
		gap, margin, indent = "", "", ""
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
	for row := range rows {
		text, err := encodeRow(row, compact, indent)
		if err != nil {
			return err
		}
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

func encodeRow(row any, compact bool, indent string) ([]byte, error) {
	if compact {
		return json.Marshal(row)
	}
	return json.MarshalIndent(row, "    ", indent)
}
