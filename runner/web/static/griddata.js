// The cells of a pipeline: one byte each, column by column, fetched where they are looked at.

export const states = ['waiting', 'queued', 'running', 'retrying', 'success', 'failed', 'skipped', 'upstream_failed', 'removed'];
export const runStates = ['queued', 'running', 'success', 'failed'];
export const marked = 0x20;
export const stateOf = (byte) => byte ? states[(byte & 15) - 1] : 'none';
export const severity = { none: 0, removed: 0.5, success: 1, skipped: 2, waiting: 3, queued: 4, running: 5, retrying: 6, upstream_failed: 7, failed: 8 };

const decode = async (answer) => {
  const all = new Uint8Array(await answer.arrayBuffer());
  const end = all.indexOf(10);
  return { head: JSON.parse(new TextDecoder().decode(all.subarray(0, end))), bytes: all.subarray(end + 1) };
};

export const iso = (us) => {
  const text = new Date(us / 1000).toISOString();
  const rest = us % 1000;
  return rest ? text.replace(/(\.\d{3})Z$/, `$1${String(rest).padStart(3, '0')}Z`) : text.replace('.000Z', 'Z');
};

// first finds the first of sorted columns that starts at an instant or later.
export const first = (columns, us) => {
  let lo = 0;
  let hi = columns.length;
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    if (columns[mid].start < us) lo = mid + 1; else hi = mid;
  }
  return lo;
};

export class GridData {
  constructor(pipeline, tasks) {
    this.url = `/api/v1/pipelines/${pipeline}`;
    this.tasks = tasks.map((t) => t.id); // the rows of a column's bytes
    this.gone = [];                       // further rows: tasks of the past
    this.version = '';
    this.columns = [];
    this.total = 0;
    this.age = 0;                         // columns that were read before are read again when looked at
    this.complete = false;
  }

  async get(path, query) {
    const q = new URLSearchParams(query);
    if (this.version) q.set('version', this.version);
    const answer = await fetch(`${this.url}/${path}?${q}`);
    if (!answer.ok) throw new Error((await answer.json()).message);
    const { head, bytes } = await decode(answer);
    if (this.version && head.version !== this.version) { location.reload(); } // the file has changed: other rows
    this.version = head.version;
    this.total = head.total;
    for (const t of head.extra) if (!this.gone.includes(t)) { this.gone.push(t); this.rowsChanged = true; }
    let start = 0;
    const height = this.tasks.length + head.extra.length;
    return head.starts.map((d, i) => {
      start += d;
      const c = { start, length: head.lengths[i], state: runStates[head.runs[i]], kind: head.kinds[i], took: head.durations[i], cells: null, extra: head.extra, age: this.age };
      if (bytes.length) c.cells = bytes.subarray(i * height, (i + 1) * height);
      return c;
    });
  }

  // put merges what was fetched into what is there.
  put(fresh) {
    const by = new Map(this.columns.map((c) => [c.start, c]));
    let added = false;
    for (const c of fresh) {
      const old = by.get(c.start);
      if (!old) { by.set(c.start, c); added = true; continue; }
      if (!c.cells) { c.cells = old.cells; c.extra = old.extra; c.age = old.age; }
      Object.assign(old, c);
    }
    if (added) this.columns = [...by.values()].sort((a, b) => a.start - b.start);
  }

  async newest(limit) { this.put(await this.get('cells', { limit })); this.complete ||= this.columns.length >= this.total; }

  // heads reads where all intervals lie: what is gone goes, what is new comes.
  async heads() {
    const fresh = await this.get('columns', {});
    const there = new Set(fresh.map((c) => c.start));
    this.columns = this.columns.filter((c) => there.has(c.start));
    this.put(fresh);
    this.complete = true;
  }

  // want says which columns from a to b must be read, as one range; null: none.
  want(a, b) {
    let lo = -1;
    let hi = -1;
    for (let i = Math.max(0, a); i <= Math.min(b, this.columns.length - 1); i++) {
      const c = this.columns[i];
      if (c.cells && c.age === this.age) continue;
      if (lo < 0) lo = i;
      hi = i;
    }
    return lo < 0 ? null : [lo, Math.min(hi, lo + 511)];
  }

  async load(a, b) { this.put(await this.get('cells', { from: iso(this.columns[a].start), to: iso(this.columns[b].start) })); }

  // cell is the byte of a task in a column.
  cell(column, row) {
    if (!column.cells) return 0;
    if (row.index >= 0) return column.cells[row.index];
    const at = column.extra.indexOf(row.id);
    return at < 0 ? 0 : column.cells[this.tasks.length + at];
  }
}
