// The grid: tasks by intervals, all of history, on two canvases in a native scroller.
import { took, typing, toast } from './app.js';
import { GridData, first, iso, marked, severity, stateOf } from './griddata.js';
import { fit, kinds, palette, sprites } from './gridpaint.js';
import { about, dress, idsOf, inGroups } from './gridgroups.js';
import { Selection, chosen } from './select.js';
import { order } from './order.js';

const zooms = [4, 6, 8, 11, 15, 20, 28];
const chunk = 256;
const pad = 64;

customElements.define('tm-grid', class extends HTMLElement {
  connectedCallback() {
    this.pipeline = this.getAttribute('pipeline');
    this.zone = this.getAttribute('zone');
    this.tasks = JSON.parse(this.querySelector('script').textContent);
    this.data = new GridData(this.pipeline, this.tasks);
    this.selection = new Selection();
    this.folded = new Set((new URL(location).searchParams.get('folded') ?? '').split(',').filter(Boolean));
    this.focusAt = { row: 0, start: null };
    this.painted = null;
    this.slack = 0; // room behind the newest interval, while a dialog stands over the grid
    this.query = new URL(location).searchParams;
    this.size = zooms.includes(Number(this.query.get('zoom'))) ? Number(this.query.get('zoom')) : innerWidth < 600 ? 20 : 15;
    this.names = innerWidth < 900 ? 120 : Math.min(300, Math.max(140, (this.tasks.some((t) => t.group) ? 56 : 40) + 7.2 * Math.max(...this.tasks.map((t) => t.id.length))));
    this.build();
    this.colors();
    this.toolbar();
    this.rowsOf();
    this.start();
  }

  build() {
    const t = document.createElement('template');
    t.innerHTML = `<div class="corner"><span></span></div><div class="mini"><canvas aria-hidden="true"></canvas><div class="window"></div></div>
      <canvas class="head" aria-hidden="true"></canvas><div class="names"><div></div></div>
      <div class="cells" tabindex="0" role="application" aria-roledescription="grid of task instances"><div class="sizer"><div class="sticky"><canvas></canvas><canvas></canvas></div></div></div>
      <aside aria-label="Details"><div class="panel"></div><p class="chosen quiet" role="status"></p><div class="legend" role="group" aria-label="What the colors mean"></div></aside>
      <div class="hidden" role="status" aria-live="polite"></div>`;
    this.append(t.content);
    const part = (s) => this.querySelector(s);
    this.box = part('.cells');
    this.sizer = part('.sizer');
    [this.canvas, this.over] = this.sizer.querySelectorAll('canvas');
    this.head = part('.head');
    this.mini = part('.mini canvas');
    this.window = part('.window');
    this.list = part('.names > div');
    this.panel = part('.panel');
    this.said = part('.hidden[role=status]');
    this.style.setProperty('--names', `${this.names}px`);
    this.box.setAttribute('aria-label', `${this.pipeline}: tasks by intervals. Arrows move, Shift selects, c clears.`);
    const legend = part('.legend');
    for (const s of ['success', 'failed', 'upstream_failed', 'running', 'queued', 'waiting', 'retrying', 'skipped', 'removed']) {
      const e = document.createElement('span');
      e.className = 'state';
      e.append(Object.assign(document.createElement('span'), { className: `box s-${s}`, ariaHidden: 'true' }), s.replace('_', ' '));
      legend.append(e);
    }
    this.box.addEventListener('scroll', () => this.frame(), { passive: true });
    new ResizeObserver(() => this.frame()).observe(this.box);
    this.pointers();
    this.box.addEventListener('keydown', (e) => this.key(e));
    document.addEventListener('keydown', (e) => { if (!typing(e) && !this.box.contains(e.target) && 'cmblw'.includes(e.key)) this.key(e); });
    document.addEventListener('click', (e) => { const b = e.target.closest('[data-order]'); if (b) this.order(b.dataset.order); });
    document.addEventListener('tidemark:paint', (e) => this.paint(e.detail));
    document.addEventListener('tidemark:change', () => this.refresh());
    for (const e of ['tidemark:theme']) document.addEventListener(e, () => this.colors());
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.colors());
  }

  async start() {
    try {
      await this.data.newest(Math.ceil(this.box.clientWidth / this.size) + 8); // what is seen, first
    } catch (fault) { toast(fault.message, { bad: true }); return; }
    this.columnsChanged();
    const at = this.query.get('at');
    if (!this.data.complete) await this.data.heads();
    this.columnsChanged();
    if (at) this.goTo(at); else this.toEnd();
    const task = this.query.get('focus');
    if (task || at) {
      const group = this.tasks.find((t) => t.id === task)?.group;
      if (this.grouped && this.folded.has(group)) { this.folded.delete(group); this.rowsOf(); this.resize(); }
      const row = Math.max(0, this.rows.findIndex((r) => r.id === task));
      const column = at ? this.columnAt(at) : this.data.columns.at(-1);
      if (column) this.focusOn(row, column.start);
      this.reveal();
      for (const id of (this.query.get('sel') ?? '').split(',')) { // as the graph hands it over
        const r = this.rows.findIndex((x) => x.id === id);
        if (column && r >= 0) this.selection.rect({ row: r, start: column.start }, { row: r, start: column.start }, true, true);
      }
      this.tell();
    }
    this.ready = true;
  }

  // Rows: the tasks that the filters leave, then tasks of the past.
  rowsOf() {
    const all = [...this.tasks.map((t, index) => ({ id: t.id, index, group: t.group })), ...this.data.gone.map((id) => ({ id, index: -1 }))];
    let keep = (_) => true;
    const field = document.getElementById('tasks');
    field.setCustomValidity('');
    if (field.value) {
      try { const re = new RegExp(field.value); keep = (id) => re.test(id); } catch (fault) { field.setCustomValidity(fault.message); }
    }
    const around = this.around();
    const left = all.filter((r) => keep(r.id) && (!around || around.has(r.id)));
    this.rows = this.grouped ? inGroups(left, this.folded) : left;
    const members = new Set(this.rows.flatMap((r) => r.members ?? []));
    const names = this.rows.map((r) => {
      const e = document.createElement('div');
      e.className = r.index === -1 ? 'name gone' : 'name';
      e.textContent = r.id;
      e.title = r.index < 0 ? `${r.id} is not in the file any more` : r.id;
      dress(e, r, members.has(r));
      return e;
    });
    this.list.replaceChildren(...names);
    this.querySelector('.corner span').textContent = left.length === all.length ? `${all.length} tasks` : `${left.length} of ${all.length} tasks`;
    this.focusAt.row = Math.min(this.focusAt.row, Math.max(0, this.rows.length - 1));
    this.frame(true);
  }
  around() {
    const root = document.getElementById('root').value;
    document.getElementById('way').hidden = !root;
    if (!root) return null;
    const way = document.getElementById('way').value;
    const found = new Set([root]);
    const walk = (next) => {
      const todo = [root];
      while (todo.length) for (const id of next(todo.pop())) if (!found.has(id)) { found.add(id); todo.push(id); }
    };
    const needs = new Map(this.tasks.map((t) => [t.id, t.needs ?? []]));
    if (way !== 'down') walk((id) => needs.get(id) ?? []);
    const up = [...found];
    if (way !== 'up') { walk((id) => this.tasks.filter((t) => t.needs?.includes(id)).map((t) => t.id)); up.forEach((id) => found.add(id)); }
    return found;
  }

  toolbar() {
    const by = (id) => document.getElementById(id);
    const remember = () => this.remember({ tasks: by('tasks').value, root: by('root').value, way: by('root').value ? by('way').value : '' });
    const groups = by('groups');
    groups.hidden = !this.tasks.some((t) => t.group);
    this.group(this.query.get('groups') ? this.query.get('groups') === '1' : this.tasks.length > 100);
    groups.addEventListener('click', () => { this.group(!this.grouped); this.remember({ groups: this.grouped ? '1' : '0' }); this.regroup(); });
    by('tasks').value = this.query.get('tasks') ?? '';
    by('root').value = this.query.get('root') ?? '';
    by('way').value = this.query.get('way') || 'both';
    for (const id of ['tasks', 'root', 'way']) by(id).addEventListener('input', () => { this.selection.clear(); this.rowsOf(); this.tell(); remember(); });
    by('tasks').addEventListener('keydown', (e) => { if (e.key === 'Enter' || e.key === 'Escape') { if (e.key === 'Escape') { by('tasks').value = ''; by('tasks').dispatchEvent(new Event('input')); } this.box.focus(); } });
    by('at').addEventListener('change', (e) => { if (e.target.value) this.goTo(e.target.value); });
    by('oldest').addEventListener('click', () => { this.box.scrollLeft = 0; });
    by('newest').addEventListener('click', () => this.toEnd());
    by('in').addEventListener('click', () => this.zoom(1));
    by('out').addEventListener('click', () => this.zoom(-1));
  }
  remember(values) {
    const url = new URL(location);
    for (const [k, v] of Object.entries(values)) if (v) url.searchParams.set(k, v); else url.searchParams.delete(k);
    history.replaceState(null, '', url);
  }

  group(on) {
    this.grouped = on && this.tasks.some((t) => t.group);
    document.getElementById('groups').setAttribute('aria-pressed', String(this.grouped));
  }
  // regroup makes the rows anew; focus stays on its task, or goes to its group.
  regroup() {
    const was = this.rows[this.focusAt.row];
    this.selection.clear();
    this.rowsOf();
    this.resize();
    this.miniAge = 0;
    const at = (id) => this.rows.findIndex((r) => r.id === id);
    const row = was ? Math.max(at(was.id), at(was.group), 0) : 0;
    if (this.focusAt.start != null) this.focusOn(row, this.focusAt.start); else this.focusAt.row = row;
    this.tell();
  }
  // fold folds the group of a row, or unfolds it.
  fold(row) {
    const { members, id, group } = this.rows[row];
    const name = members ? id : group;
    if (!this.grouped || !name) return;
    if (!this.folded.delete(name)) this.folded.add(name);
    this.remember({ folded: [...this.folded].join() });
    this.regroup();
  }

  // Places in time, as the pipeline's clock shows them.
  label(us) {
    this.clock ??= new Intl.DateTimeFormat('sv-SE', { timeZone: this.zone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' });
    const [day, time] = this.clock.format(us / 1000).split(' ');
    if (time === '00:00:00') return day;
    return `${day}T${time.endsWith(':00') ? time.slice(0, 5) : time}`;
  }
  // place names an interval in a URL: by the clock, or where that shows the time twice, in UTC.
  place(us) {
    const text = this.label(us);
    const i = first(this.data.columns, us);
    const twice = [i - 1, i + 1].some((k) => this.data.columns[k] && this.label(this.data.columns[k].start) === text);
    return twice ? iso(us) : text;
  }
  columnAt(text) {
    const i = this.data.columns.findIndex((c) => this.label(c.start) >= text);
    return this.data.columns[i < 0 ? this.data.columns.length - 1 : i];
  }
  goTo(text) {
    const c = this.columnAt(text);
    if (!c) return;
    const i = first(this.data.columns, c.start);
    this.box.scrollLeft = i * this.size - this.box.clientWidth / 2 + this.size / 2;
  }
  toEnd() { this.box.scrollLeft = this.sizer.scrollWidth + this.data.columns.length * this.size; }

  columnsChanged() {
    const atEnd = this.ready && !this.slack && this.box.scrollLeft + this.box.clientWidth > this.sizer.clientWidth - 4;
    if (this.data.rowsChanged) { this.data.rowsChanged = false; this.rowsOf(); }
    this.resize();
    if (atEnd) this.toEnd();
    this.miniAge = 0;
    this.frame(true);
  }
  resize() {
    this.style.setProperty('--cell', `${this.size}px`);
    this.sizer.style.width = `${this.data.columns.length * this.size + this.slack}px`;
    this.sizer.style.height = `${this.rows.length * this.size}px`;
  }
  zoom(step, x = this.box.clientWidth) {
    const at = zooms.indexOf(this.size) + step;
    if (at < 0 || at >= zooms.length) return;
    const column = (this.box.scrollLeft + x) / this.size;
    const row = this.box.scrollTop / this.size;
    this.size = zooms[at];
    this.resize();
    this.colors();
    this.box.scrollLeft = column * this.size - x;
    this.box.scrollTop = row * this.size;
    this.remember({ zoom: this.size === 15 ? '' : String(this.size) });
  }
  colors() {
    this.p = palette();
    this.atlas = null;
    this.miniAge = 0;
    this.frame(true);
  }

  // One frame at a time; what is missing is asked for.
  frame(dirty) {
    this.dirty ||= dirty;
    if (this.waiting) return;
    this.waiting = requestAnimationFrame(() => { this.waiting = 0; this.draw(); });
  }
  view() {
    const { scrollLeft: x, scrollTop: y, clientWidth: w, clientHeight: h } = this.box;
    return { x, y, w, h, c0: Math.max(0, Math.floor(x / this.size)), c1: Math.min(this.data.columns.length - 1, Math.floor((x + w) / this.size)),
      r0: Math.max(0, Math.floor(y / this.size)), r1: Math.min((this.rows?.length ?? 0) - 1, Math.floor((y + h) / this.size)) };
  }
  draw() {
    const v = this.view();
    if (!v.w || !this.rows) return;
    this.fill(v);
    if (this.size < 8) this.drawSmall(v); else this.drawCells(v);
    this.drawOver(v);
    this.drawHead(v);
    this.drawMini(v);
    this.list.style.transform = `translateY(${-v.y}px)`;
    this.dirty = false;
  }
  async fill(v) {
    if (this.loading) return;
    const need = this.data.want(v.c0, v.c1) && this.data.want(v.c0 - pad, v.c1 + pad);
    if (!need) return;
    this.loading = true;
    try {
      await this.data.load(...need);
      this.columnsChanged();
    } catch { await new Promise((r) => setTimeout(r, 1000)); } finally { this.loading = false; }
    this.frame(true);
  }
  drawCells(v) {
    const d = devicePixelRatio || 1;
    const px = Math.round(this.size * d);
    const g = fit(this.canvas, v.w, v.h);
    if (!this.atlas || this.atlas.height !== px) this.atlas = sprites(px, this.p);
    const ox = Math.round(v.x * d);
    const oy = Math.round(v.y * d);
    const { width, height } = this.canvas;
    const was = this.drawn;
    this.drawn = { ox, oy, px, width, height };
    const dx = was ? ox - was.ox : 0;
    const dy = was ? oy - was.oy : 0;
    const moved = !this.dirty && was?.px === px && was.width === width && was.height === height && Math.abs(dx) < width && Math.abs(dy) < height;
    if (!moved) {
      g.clearRect(0, 0, width, height);
      this.paintCells(g, v.c0, v.c1, v.r0, v.r1, ox, oy, px, d);
      return;
    }
    if (!dx && !dy) return;
    // What is still seen is moved; only the strips that came into view are painted.
    g.globalCompositeOperation = 'copy';
    g.drawImage(this.canvas, -dx, -dy);
    g.globalCompositeOperation = 'source-over';
    const strip = (x, y, w, h) => {
      g.save();
      g.beginPath();
      g.rect(x, y, w, h);
      g.clip();
      g.clearRect(x, y, w, h);
      const cell = this.size * d;
      this.paintCells(g, Math.max(v.c0, Math.floor((ox + x) / cell)), Math.min(v.c1, Math.floor((ox + x + w) / cell)), Math.max(v.r0, Math.floor((oy + y) / cell)), Math.min(v.r1, Math.floor((oy + y + h) / cell)), ox, oy, px, d);
      g.restore();
    };
    if (dx) strip(dx > 0 ? width - dx : 0, 0, Math.abs(dx), height);
    if (dy) strip(0, dy > 0 ? height - dy : 0, width, Math.abs(dy));
  }
  paintCells(g, c0, c1, r0, r1, ox, oy, px, d) {
    const at = (n) => Math.round(n * this.size * d);
    for (let c = c0; c <= c1; c++) {
      const column = this.data.columns[c];
      const x = at(c) - ox;
      for (let r = r0; r <= r1; r++) {
        const b = this.data.cell(column, this.rows[r]);
        if (b) g.drawImage(this.atlas, ((b & 15) + (b & marked ? kinds : 0)) * px, 0, px, px, x, at(r) - oy, px, px);
        else { g.fillStyle = this.p.line; g.fillRect(x + px / 2 - d, at(r) - oy + px / 2 - d, 2 * d, 2 * d); }
      }
    }
  }
  // drawSmall paints plain squares, one color after the other, stretches of a column at once.
  drawSmall(v) {
    const d = devicePixelRatio || 1;
    const g = fit(this.canvas, v.w, v.h);
    g.clearRect(0, 0, this.canvas.width, this.canvas.height);
    const s = this.size * d;
    const gap = this.size > 4 ? 1 : 0;
    this.drawn = null;
    const runs = new Map();
    for (let c = v.c0; c <= v.c1; c++) {
      const column = this.data.columns[c];
      let from = v.r0;
      let last = -1;
      for (let r = v.r0; r <= v.r1 + 1; r++) {
        const b = r <= v.r1 ? this.data.cell(column, this.rows[r]) & 15 : -1;
        if (b === last && !gap) continue;
        if (last > 0) { if (!runs.has(last)) runs.set(last, []); runs.get(last).push(c, from, r); }
        from = r;
        last = b;
      }
    }
    for (const [b, list] of runs) {
      g.fillStyle = this.p.fill[stateOf(b)];
      for (let i = 0; i < list.length; i += 3) g.fillRect(Math.round(list[i] * s - v.x * d), Math.round(list[i + 1] * s - v.y * d), s - gap, (list[i + 2] - list[i + 1]) * s - gap);
    }
  }
  drawOver(v) {
    const d = devicePixelRatio || 1;
    const g = fit(this.over, v.w, v.h);
    g.clearRect(0, 0, this.over.width, this.over.height);
    const s = this.size * d;
    const x = (c) => Math.round(c * s - v.x * d);
    const y = (r) => Math.round(r * s - v.y * d);
    if (this.painted) this.hatch(g, v, x, y, s);
    if (!this.selection.empty) {
      g.fillStyle = this.p.selectBg;
      for (let c = v.c0; c <= v.c1; c++) {
        const start = this.data.columns[c].start;
        for (let r = v.r0; r <= v.r1; r++) if (this.selection.has(r, start)) g.fillRect(x(c), y(r), s, s);
      }
      if (this.selection.steps.length === 1) {
        const t = this.selection.steps[0];
        const a = first(this.data.columns, t.s0);
        const b = first(this.data.columns, t.s1);
        g.strokeStyle = this.p.select;
        g.lineWidth = 2 * d;
        g.strokeRect(x(a), y(t.r0), (b - a + 1) * s - d, (t.r1 - t.r0 + 1) * s - d);
      }
    }
    const f = first(this.data.columns, this.focusAt.start ?? Infinity);
    if (this.focusAt.start != null && f <= v.c1 && f >= v.c0) {
      g.strokeStyle = this.p.ink;
      g.lineWidth = 2 * d;
      g.strokeRect(x(f) - d / 2, y(this.focusAt.row) - d / 2, s, s);
    }
    if (this.hover) {
      g.strokeStyle = this.p.quiet;
      g.lineWidth = d;
      g.strokeRect(x(this.hover.column) - 0.5, y(this.hover.row) - 0.5, s, s);
    }
  }
  // hatch shows what an order will touch.
  hatch(g, v, x, y, s) {
    g.save();
    g.fillStyle = this.p.selectBg;
    g.strokeStyle = this.p.select;
    g.lineWidth = Math.max(1, s / 10);
    g.beginPath();
    for (let r = v.r0; r <= v.r1; r++) {
      const stretches = idsOf(this.rows[r]).flatMap((id) => this.painted.tasks[id] ?? []);
      if (!stretches.length) continue;
      for (let c = v.c0; c <= v.c1; c++) {
        const i = this.paintedAt.get(this.data.columns[c].start);
        if (i === undefined || !stretches.some(([a, b]) => i >= a && i <= b)) continue;
        g.fillRect(x(c), y(r), s, s);
        for (const k of s > 14 ? [0.35, 0.9] : [0.6]) { g.moveTo(x(c), y(r) + k * s); g.lineTo(x(c) + k * s, y(r)); }
        if (s > 14) { g.moveTo(x(c) + 0.4 * s, y(r) + s); g.lineTo(x(c) + s, y(r) + 0.4 * s); }
      }
    }
    g.stroke();
    g.restore();
  }
  drawHead(v) {
    const d = devicePixelRatio || 1;
    const h = 56;
    const g = fit(this.head, v.w, h);
    g.scale(d, d);
    g.clearRect(0, 0, v.w, h);
    g.font = `12px ${this.p.font}`;
    g.textBaseline = 'top';
    let longest = 1;
    for (let c = v.c0; c <= v.c1; c++) longest = Math.max(longest, this.data.columns[c].took);
    let free = -1e9;
    let day = '';
    const daily = this.length() >= 72e9; // of intervals as long as a day a date says all
    for (let c = v.c0; c <= v.c1; c++) {
      const column = this.data.columns[c];
      const x = c * this.size - v.x;
      if (x > free && x > -20) {
        const text = this.label(column.start);
        const shown = daily || text.slice(0, 10) !== day ? text.slice(0, 10) : text.slice(11);
        day = text.slice(0, 10);
        g.fillStyle = this.p.quiet;
        g.fillText(shown, Math.max(x, 2), 4);
        g.fillStyle = this.p.line;
        g.fillRect(Math.round(x), 4, 1, 16);
        free = x + Math.max(g.measureText(shown).width + 14, 84);
      }
      const bar = column.took >= 0 ? 4 + 26 * column.took / longest : column.state === 'running' ? 16 : 3;
      g.fillStyle = column.state === 'queued' ? this.p.edge.queued : this.p.fill[column.state];
      g.fillRect(x, h - bar, Math.max(1, this.size - (this.size > 4 ? 1 : 0)), bar);
      if (column.state === 'success' && this.size > 6) { g.fillStyle = this.p.edge.success; g.fillRect(x, h - bar, this.size - 1, 1); }
    }
    g.fillStyle = this.p.line;
    g.fillRect(0, h - 1, v.w, 1);
  }
  length() { return this.data.columns.at(-1)?.length || 864e8; }

  // drawMini shows all of history, the worst that a pixel covers; it is drawn anew when the
  // cells have changed, not when they are scrolled.
  drawMini(v) {
    const all = this.data.columns.length;
    const w = this.mini.parentElement.clientWidth;
    const now = performance.now();
    if (this.dirty && now - (this.miniAge || 0) > 250) {
      this.miniAge = now;
      const g = fit(this.mini, w, 32);
      const { width, height } = this.mini;
      g.fillStyle = this.p.bg;
      g.fillRect(0, 0, width, height);
      const scale = Math.max(1, all) / width;
      const band = Math.max(1, this.rows.length / height);
      for (let x = 0; x < width && all; x++) {
        const a = Math.floor(x * scale);
        const b = Math.max(a + 1, Math.floor((x + 1) * scale));
        const known = this.data.columns[a]?.cells;
        if (!known) { g.fillStyle = this.worstRun(a, b); g.fillRect(x, 0, 1, height); continue; }
        for (let y = 0; y < height; y += band < 1 ? height / this.rows.length : 1) {
          const r = Math.floor(y / height * this.rows.length);
          let worst = 0;
          let rank = 0;
          for (let c = a; c < b && c < all; c++) for (let k = r; k < Math.min(this.rows.length, r + band); k++) {
            const cell = this.data.cell(this.data.columns[c], this.rows[k]);
            const s = severity[stateOf(cell)];
            if (s > rank) { rank = s; worst = cell; }
          }
          if (worst) { g.fillStyle = this.p.fill[stateOf(worst)]; g.fillRect(x, y, 1, Math.max(1, height / this.rows.length)); }
        }
      }
    }
    const left = all ? v.x / (all * this.size) * w : 0;
    const width = all ? Math.min(w, v.w / (all * this.size) * w) : w;
    this.window.style.left = `${Math.min(left, w - Math.max(8, width))}px`;
    this.window.style.width = `${Math.max(8, width)}px`;
    this.window.hidden = width >= w;
  }
  worstRun(a, b) {
    let worst = 'none';
    for (let c = a; c < b && c < this.data.columns.length; c++) if (severity[this.data.columns[c].state] > severity[worst]) worst = this.data.columns[c].state;
    return this.p.fill[worst];
  }

  // Pointers: click, drag, Shift and Ctrl; a finger scrolls, and a tap looks.
  where(e) {
    const b = this.box.getBoundingClientRect();
    const column = Math.floor((e.clientX - b.left + this.box.scrollLeft) / this.size);
    const row = Math.floor((e.clientY - b.top + this.box.scrollTop) / this.size);
    return { column: Math.max(0, Math.min(column, this.data.columns.length - 1)), row: Math.max(0, Math.min(row, this.rows.length - 1)), inside: column < this.data.columns.length && row < this.rows.length };
  }
  pointers() {
    let drag = null;
    this.box.addEventListener('pointerdown', (e) => {
      const at = this.where(e);
      if (e.button !== 0 || !at.inside || e.offsetX > this.box.clientWidth + this.box.scrollLeft && e.target === this.box) return;
      const start = this.data.columns[at.column].start;
      if (e.pointerType === 'touch') { this.tap = { at, start, x: e.clientX, y: e.clientY }; return; }
      this.box.focus({ preventScroll: true });
      e.preventDefault();
      this.box.setPointerCapture(e.pointerId);
      const ctrl = e.ctrlKey || e.metaKey;
      if (e.shiftKey && this.focusAt.start != null) {
        drag = { from: this.anchor ?? { ...this.focusAt } };
        this.selection.rect(drag.from, { row: at.row, start }, true, ctrl);
      } else {
        drag = { from: { row: at.row, start } };
        this.anchor = { ...drag.from };
        const on = !(ctrl && this.selection.has(at.row, start));
        if (ctrl && this.selection.empty && this.focusAt.start != null) this.selection.rect(this.focusAt, this.focusAt, true, false);
        if (ctrl) this.selection.rect(drag.from, drag.from, on, true); else this.selection.clear();
        this.focusOn(at.row, start);
      }
      this.tell();
    });
    this.box.addEventListener('pointermove', (e) => {
      const at = this.where(e);
      this.hover = at.inside && e.pointerType !== 'touch' ? at : null;
      if (drag) { this.drag(drag, e); } else this.hint(at);
      this.frame();
    });
    this.box.addEventListener('pointerleave', () => { this.hover = null; this.frame(); });
    const end = () => { drag = null; cancelAnimationFrame(this.pull); };
    this.box.addEventListener('pointerup', (e) => {
      end();
      if (this.tap && e.pointerType === 'touch' && Math.hypot(e.clientX - this.tap.x, e.clientY - this.tap.y) < 8) this.focusOn(this.tap.at.row, this.tap.start);
      this.tap = null;
    });
    this.box.addEventListener('pointercancel', end);
    this.box.addEventListener('dblclick', (e) => { const at = this.where(e); if (at.inside) this.open('log'); });
    this.list.addEventListener('click', (e) => {
      const row = [...this.list.children].indexOf(e.target.closest('.name'));
      const columns = this.data.columns;
      if (row < 0) return;
      if (this.rows[row].members && e.offsetX < 26) { this.fold(row); return; }
      if (!columns.length) return;
      const a = e.shiftKey && this.rowAnchor != null ? this.rowAnchor : row;
      if (!e.shiftKey) this.rowAnchor = row;
      this.selection.rect({ row: a, start: columns[0].start }, { row, start: columns.at(-1).start }, true, e.ctrlKey || e.metaKey);
      this.focusOn(row, this.focusAt.start ?? columns.at(-1).start);
      this.tell();
    });
    this.head.addEventListener('click', (e) => {
      const at = this.where(e);
      const c = this.data.columns[at.column];
      if (!c || !this.rows.length) return;
      const a = e.shiftKey && this.columnAnchor != null ? this.columnAnchor : c.start;
      if (!e.shiftKey) this.columnAnchor = c.start;
      this.selection.rect({ row: 0, start: a }, { row: this.rows.length - 1, start: c.start }, true, e.ctrlKey || e.metaKey);
      this.focusOn(this.focusAt.row, c.start);
      this.tell();
    });
    this.head.addEventListener('pointermove', (e) => {
      const c = this.data.columns[this.where(e).column];
      this.head.title = c ? `${this.label(c.start)} ${c.state}${c.took >= 0 ? ` · ${took(c.took)}` : ''}` : '';
    });
    const jump = (e) => {
      const b = this.mini.getBoundingClientRect();
      this.box.scrollLeft = (e.clientX - b.left) / b.width * this.data.columns.length * this.size - this.box.clientWidth / 2;
    };
    const mini = this.mini.parentElement;
    mini.addEventListener('pointerdown', (e) => { mini.setPointerCapture(e.pointerId); jump(e); });
    mini.addEventListener('pointermove', (e) => { if (e.buttons & 1) jump(e); });
    this.box.addEventListener('wheel', (e) => { if (e.ctrlKey) { e.preventDefault(); this.zoom(e.deltaY < 0 ? 1 : -1, e.clientX - this.box.getBoundingClientRect().left); } }, { passive: false });
  }
  drag(drag, e) {
    const at = this.where(e);
    const to = { row: at.row, start: this.data.columns[at.column].start };
    if (this.selection.empty) this.selection.rect(drag.from, to, true, false); else this.selection.stretch(drag.from, to);
    this.tell();
    const b = this.box.getBoundingClientRect();
    const pull = (p, lo, hi) => p < lo + 20 ? -12 : p > hi - 20 ? 12 : 0;
    cancelAnimationFrame(this.pull);
    const dx = pull(e.clientX, b.left, b.right);
    const dy = pull(e.clientY, b.top, b.bottom);
    if (dx || dy) this.pull = requestAnimationFrame(() => { this.box.scrollBy(dx, dy); this.drag(drag, e); });
  }
  hint(at) {
    const c = this.data.columns[at.column];
    this.box.title = at.inside && c ? `${this.rows[at.row].id} · ${this.label(c.start)} · ${this.words(at.row, c)}` : '';
  }
  words(row, column) {
    const b = this.data.cell(column, this.rows[row]);
    return b ? stateOf(b).replace('_', ' ') + (b & marked ? ', marked' : '') : 'no instance';
  }

  // Focus is a cell; the panel follows it.
  focusOn(row, start) {
    this.focusAt = { row, start };
    [...this.list.children].forEach((e, i) => e.classList.toggle('on', i === row));
    const c = this.data.columns[first(this.data.columns, start)];
    if (c && this.rows[row]) this.said.textContent = `${this.rows[row].id}, ${this.label(start)}, ${this.words(row, c)}`;
    clearTimeout(this.asking);
    this.asking = setTimeout(() => this.look(), 90);
    this.frame();
  }
  async look() {
    const { row, start } = this.focusAt;
    if (start == null || !this.rows[row]) return;
    if (this.rows[row].members) {
      const column = this.data.columns[first(this.data.columns, start)];
      this.shown = null;
      this.panel.replaceChildren(...about(this.rows[row], column, this.label(start), this.data, !this.hasAttribute('read-only')));
      return;
    }
    const answer = await fetch(`${this.url()}?panel=1`, { headers: { 'X-Fragment': '1' } }).catch(() => null);
    if (!answer || row !== this.focusAt.row || start !== this.focusAt.start) return;
    const html = await answer.text();
    if (html !== this.shown) { this.shown = html; this.panel.innerHTML = html; }
  }
  url() {
    const { row, start } = this.focusAt;
    return `/p/${this.pipeline}/i/${encodeURIComponent(this.place(start))}/t/${encodeURIComponent(this.rows[row].id)}`;
  }
  open(tab) {
    if (this.rows[this.focusAt.row]?.members) { this.fold(this.focusAt.row); return; }
    if (this.focusAt.start != null) location.href = `${this.url()}?tab=${tab}`;
  }
  reveal() {
    const i = first(this.data.columns, this.focusAt.start);
    const { x, y, w, h } = this.view();
    const s = this.size;
    if (i * s < x) this.box.scrollLeft = i * s; else if ((i + 1) * s > x + w) this.box.scrollLeft = (i + 1) * s - w;
    const r = this.focusAt.row;
    if (r * s < y) this.box.scrollTop = r * s; else if ((r + 1) * s > y + h) this.box.scrollTop = (r + 1) * s - h;
  }
  tell() {
    const n = this.selection.count(this.rows, this.data.columns);
    this.querySelector('.chosen').textContent = n > 1 ? `${n.toLocaleString('en')} cells selected` : '';
    this.frame();
  }

  key(e) {
    const columns = this.data.columns;
    if (typing(e) || !columns.length || !this.rows.length) return;
    if (this.focusAt.start == null) this.focusOn(this.focusAt.row, columns[Math.max(0, this.view().c1)].start);
    const c = first(columns, this.focusAt.start);
    const { row } = this.focusAt;
    const page = Math.max(1, Math.floor(this.box.clientHeight / this.size) - 1);
    const far = e.ctrlKey || e.metaKey;
    const move = { ArrowLeft: [0, -1], h: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], k: [-1, 0], ArrowDown: [1, 0], j: [1, 0], PageUp: [-page, 0], PageDown: [page, 0], Home: [0, -1e9], End: [0, 1e9] }[e.key];
    let to = null;
    if (move) to = far ? this.edge(row, c, move) : [row + move[0], c + move[1]];
    else if (e.key === 'n' || e.key === 'N') to = this.failure(row, c, e.key === 'n' ? 1 : -1);
    if (to) {
      e.preventDefault();
      const r = Math.max(0, Math.min(this.rows.length - 1, to[0]));
      const at = { row: r, start: columns[Math.max(0, Math.min(columns.length - 1, to[1]))].start };
      if (e.shiftKey && move) { this.anchor ??= { ...this.focusAt }; this.selection.rect(this.anchor, at, true, false); } else { this.anchor = null; if (move) this.selection.clear(); }
      this.focusOn(at.row, at.start);
      this.reveal();
      this.tell();
      return;
    }
    const act = { c: () => this.order('clear'), m: () => this.order('mark'), b: () => this.order('backfill'), l: () => this.open('log'), w: () => this.open('why'), Enter: () => this.open('log'), ' ': () => this.fold(row), '+': () => this.zoom(1), '=': () => this.zoom(1), '-': () => this.zoom(-1), Escape: () => { this.selection.clear(); this.anchor = null; this.tell(); },
      a: () => { this.selection.rect({ row, start: columns[0].start }, { row, start: columns.at(-1).start }, true, false); this.tell(); } }[e.key];
    if (act) { e.preventDefault(); act(); }
  }
  // edge is where the block of equal cells ends.
  edge(row, c, [dr, dc]) {
    const state = (r, k) => this.data.columns[k] && this.rows[r] ? this.data.cell(this.data.columns[k], this.rows[r]) & 15 : -1;
    const here = state(row + Math.sign(dr), c + Math.sign(dc));
    let [r, k] = [row + Math.sign(dr), c + Math.sign(dc)];
    while (here >= 0 && state(r + Math.sign(dr), k + Math.sign(dc)) === here) { r += Math.sign(dr); k += Math.sign(dc); }
    return [r, k];
  }
  // failure is the next failed cell, interval by interval, among what has been read.
  failure(row, c, step) {
    const { columns } = this.data;
    let r = row;
    let k = c;
    for (let n = columns.length * this.rows.length; n > 0; n--) {
      r += step;
      if (r >= this.rows.length || r < 0) { k += step; r = step > 0 ? 0 : this.rows.length - 1; }
      if (!columns[k]) return null;
      if (!columns[k].cells) { r = step > 0 ? this.rows.length - 1 : 0; continue; }
      if (this.rows[r].members && !this.rows[r].folded) continue; // the task itself comes
      if (stateOf(this.data.cell(columns[k], this.rows[r])) === 'failed') return [r, k];
    }
    return null;
  }

  order(verb) {
    if (this.hasAttribute('read-only')) { toast('These pages are read-only.', { bad: true }); return; }
    const { columns } = this.data;
    let groups = this.selection.groups(this.rows, columns);
    if (verb === 'backfill' || verb === 'trigger') {
      const days = groups.flatMap((g) => g.columns);
      const ends = [Math.min(...days), Math.max(...days)];
      const day = (i) => this.label(columns[i].start);
      order(verb, this.pipeline, {}, verb === 'backfill' && days.length ? { start_date: day(ends[0]), end_date: day(ends[1]) } : {});
      return;
    }
    if (!groups.length && this.focusAt.start != null) groups = [{ rows: idsOf(this.rows[this.focusAt.row]), columns: [first(columns, this.focusAt.start)] }];
    if (!groups.length) { toast('Select something first: click a cell, or drag over some.'); return; }
    if (groups.length > 1) { toast('This selection is no product of tasks and intervals, so it is not one order. Select a rectangle, or rows that share their intervals.', { bad: true }); return; }
    const [group] = groups;
    const one = group.rows.length * group.columns.length === 1;
    order(verb, this.pipeline, chosen(group, columns, this.tasks.length, (us) => this.place(us)), { downstream: one && verb === 'clear' });
  }
  // paint hatches what an order will touch, and moves it to where the dialog does not stand.
  paint(cells) {
    const begin = cells?.starts.length && !this.painted;
    if (begin && innerWidth >= 1100) {
      this.before = this.box.scrollLeft;
      this.slack = this.box.clientWidth;
      this.resize();
      this.box.scrollLeft = Math.max(0, (first(this.data.columns, cells.starts[0]) - 3) * this.size);
    }
    if (!cells && this.slack) {
      this.slack = 0;
      this.resize();
      this.box.scrollLeft = this.before;
    }
    this.painted = cells;
    this.paintedAt = new Map((cells?.starts ?? []).map((s, i) => [s, i]));
    this.frame();
  }

  // refresh asks again for what is seen: what has not changed costs an ETag.
  async refresh() {
    if (this.renewing) { this.again = true; return; }
    this.renewing = true;
    try {
      const before = this.data.total;
      const { c0, c1 } = this.view();
      this.data.age++;
      if (this.data.columns.length) { await this.data.load(c0, Math.max(c0, c1)); await this.data.newest(8); } else await this.data.newest(chunk);
      if (this.data.total !== before || this.data.total !== this.data.columns.length) await this.data.heads();
      this.columnsChanged();
      this.look();
    } catch { /* the connection says so itself */ }
    setTimeout(() => { this.renewing = false; if (this.again) { this.again = false; this.refresh(); } }, 700);
  }
});
