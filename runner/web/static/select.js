// What is selected: rectangles of rows and intervals, added and taken away in order.
import { exactly } from './order.js';
import { idsOf } from './gridgroups.js';

export class Selection {
  constructor() { this.steps = []; } // {r0, r1 (row numbers), s0, s1 (starts), on}

  clear() { this.steps = []; }
  get empty() { return this.steps.length === 0; }
  rect(a, b, on, keep) {
    const step = { r0: Math.min(a.row, b.row), r1: Math.max(a.row, b.row), s0: Math.min(a.start, b.start), s1: Math.max(a.start, b.start), on };
    this.steps = keep ? [...this.steps, step] : [step];
  }
  // stretch replaces the last rectangle: what a drag does.
  stretch(a, b) {
    const last = this.steps.pop();
    this.rect(a, b, last?.on ?? true, true);
  }
  has(row, start) {
    for (let i = this.steps.length - 1; i >= 0; i--) {
      const s = this.steps[i];
      if (row >= s.r0 && row <= s.r1 && start >= s.s0 && start <= s.s1) return s.on;
    }
    return false;
  }

  // passed says whether a row heads a group that is open, and a rectangle goes over it to the
  // tasks below: then those count that it reaches.
  passed(row, r) { return row.members && !row.folded && this.steps.some((s) => s.r0 <= r && s.r1 >= r && s.r1 > s.r0); }

  // groups are the selected cells as products: rows that share the same intervals.
  groups(rows, columns) {
    if (this.empty) return [];
    const r0 = Math.min(...this.steps.map((s) => s.r0));
    const r1 = Math.min(rows.length - 1, Math.max(...this.steps.map((s) => s.r1)));
    const s0 = Math.min(...this.steps.map((s) => s.s0));
    const s1 = Math.max(...this.steps.map((s) => s.s1));
    const within = columns.map((c, i) => [c, i]).filter(([c]) => c.start >= s0 && c.start <= s1);
    const by = new Map();
    for (let r = r0; r <= r1; r++) {
      const picked = within.filter(([c]) => this.has(r, c.start)).map(([, i]) => i);
      if (!picked.length || this.passed(rows[r], r)) continue;
      const key = picked.join();
      if (!by.has(key)) by.set(key, { rows: [], columns: picked });
      const group = by.get(key);
      for (const id of idsOf(rows[r])) if (!group.rows.includes(id)) group.rows.push(id);
    }
    return [...by.values()];
  }

  count(rows, columns) { return this.groups(rows, columns).reduce((n, g) => n + g.rows.length * g.columns.length, 0); }
}

// ending is a start as the last one of a stretch: a bare date would mean its whole day.
const ending = (text) => text.length === 10 ? `${text}T00:00` : text;

// chosen is a group as the API takes it: a stretch by its ends, else every interval by name.
export const chosen = (group, columns, all, place) => {
  const c = {};
  if (group.rows.length < all) c.task_regex = exactly(group.rows);
  const starts = group.columns.map((i) => place(columns[i].start));
  const whole = group.columns.every((i, k) => k === 0 || i === group.columns[k - 1] + 1);
  if (starts.length > 1 && whole) { c.start_date = starts[0]; c.end_date = ending(starts.at(-1)); } else c.interval = starts;
  return c;
};
