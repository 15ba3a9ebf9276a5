// Package sqlite keeps the state of a project in one SQLite file.
//
// The database refuses what the code must not do, and every state is written where it was
// read: a turn of the loop and an order of a person are each one IMMEDIATE transaction that
// reads, decides and writes. What a turn costs depends on what is active, never on history:
// partial indexes hold the unfinished rows, counters move in the transaction of the rows
// that they count, and the active world is kept between turns while nobody else writes.
//
// One connection writes; a few others read, each page in one snapshot.
package sqlite
