package main

import (
	"encoding/json"
	"io"
	"reflect"
	"time"
)

// Document prints one JSON document, whose first field must be Schema. Lists that are nil
// become [], maps that are nil {}, and every time.Time is in UTC; pointers may be null.
func (c *call) Document(doc any) error {
	if a := c.program.asked; a != nil {
		a.document = doc
		return nil
	}
	return writeDocument(c.Out, doc, c.Format != "jsonl")
}

func writeDocument(w io.Writer, doc any, indent bool) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	if indent {
		enc.SetIndent("", "  ")
	}
	return enc.Encode(tidied(doc))
}

// utc is an optional time in a document: null when t is zero.
func utc(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

var (
	timeType      = reflect.TypeFor[time.Time]()
	marshalerType = reflect.TypeFor[json.Marshaler]()
)

// tidied returns a copy of a document that keeps the promises of Document.
func tidied(doc any) any {
	v := reflect.ValueOf(doc)
	if !v.IsValid() {
		return nil
	}
	return tidy(v).Interface()
}

func tidy(v reflect.Value) reflect.Value {
	t := v.Type()
	if t == timeType {
		return reflect.ValueOf(v.Interface().(time.Time).UTC())
	}
	if t.Implements(marshalerType) && t.Kind() != reflect.Pointer {
		return v
	}
	switch t.Kind() {
	case reflect.Pointer, reflect.Interface:
		return tidyPointer(v)
	case reflect.Struct:
		return tidyStruct(v)
	case reflect.Slice:
		return tidySlice(v)
	case reflect.Map:
		return tidyMap(v)
	}
	return v
}

func tidyPointer(v reflect.Value) reflect.Value {
	if v.IsNil() {
		return v
	}
	inner := tidy(v.Elem())
	if v.Kind() == reflect.Interface {
		out := reflect.New(v.Type()).Elem()
		out.Set(inner)
		return out
	}
	out := reflect.New(v.Type().Elem())
	out.Elem().Set(inner)
	return out
}

func tidyStruct(v reflect.Value) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	out.Set(v)
	for i := range v.NumField() {
		if f := v.Type().Field(i); f.IsExported() && f.Tag.Get("json") != "-" {
			out.Field(i).Set(tidy(v.Field(i)))
		}
	}
	return out
}

func tidySlice(v reflect.Value) reflect.Value {
	if v.Type().Elem().Kind() == reflect.Uint8 {
		return v
	}
	out := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
	for i := range v.Len() {
		out.Index(i).Set(tidy(v.Index(i)))
	}
	return out
}

func tidyMap(v reflect.Value) reflect.Value {
	out := reflect.MakeMapWithSize(v.Type(), v.Len())
	for it := v.MapRange(); it.Next(); {
		out.SetMapIndex(it.Key(), tidy(it.Value()))
	}
	return out
}
