// The palette: pipelines, tasks, dates and verbs by a few letters. The names are fetched once.
import { post, toast } from './app.js';
import { order } from './order.js';

let names = null;
let old = true; // something has changed since they were fetched
const load = async () => {
  if (!document.querySelector('link[href="/static/palette.css"]')) {
    await new Promise((done) => document.head.append(Object.assign(document.createElement('link'), { rel: 'stylesheet', href: '/static/palette.css', onload: done, onerror: done })));
  }
  if (old) { names = await fetch('/names').then((r) => r.json()); old = false; }
};
document.addEventListener('tidemark:change', () => { old = true; });

// score says how well letters stand in a text, in their order: beginnings of words and
// letters side by side count most. Less than 0: they do not.
const score = (letters, text) => {
  const low = text.toLowerCase();
  const whole = low.indexOf(letters);
  if (whole >= 0) return 100 - whole / 4 - text.length / 50 + (whole === 0 || /[^a-z0-9]/.test(low[whole - 1]) ? 40 : 0);
  let at = -1;
  let sum = 0;
  for (const c of letters) {
    const next = low.indexOf(c, at + 1);
    if (next < 0) return -1;
    sum += next === at + 1 ? 4 : next === 0 || /[^a-z0-9]/.test(low[next - 1]) ? 3 : -0.2 * (next - at);
    at = next;
  }
  return sum - text.length / 50;
};

const two = (n) => String(n).padStart(2, '0');
const iso = (d) => `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}`;
// dateOf reads 2026-03-20, 3/20, 3/20/2026, today and yesterday; without a year it is the last such day.
const dateOf = (word) => {
  const now = new Date();
  if (word === 'today') return iso(now);
  if (word === 'yesterday') return iso(new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1));
  if (/^\d{4}-\d\d-\d\d(t[\d:]+)?$/.test(word)) return word.toUpperCase();
  const m = /^(\d{1,2})\/(\d{1,2})(?:\/(\d{4}))?$/.exec(word);
  if (!m || m[1] < 1 || m[1] > 12 || m[2] < 1 || m[2] > 31) return null;
  const day = `${two(m[1])}-${two(m[2])}`;
  const year = m[3] ?? (day > iso(now).slice(5) ? now.getFullYear() - 1 : now.getFullYear());
  return `${year}-${day}`;
};

const go = (href) => () => { location.href = href; };
const pause = (p, verb) => async () => {
  try { await post(`/api/v1/pipelines/${p}/${verb}`); toast(`${p} is ${verb === 'pause' ? 'paused' : 'not paused'} now`, { seconds: 4 }); document.dispatchEvent(new CustomEvent('tidemark:change')); } catch (fault) { toast(fault.message, { bad: true }); }
};

// entries are all that can be chosen; with a date, what there is of that day.
const entries = (date) => {
  const all = [];
  const add = (text, kind, run, weight = 0) => all.push({ text, kind, run, weight });
  const here = /^\/p\/([^/]+)/.exec(location.pathname)?.[1];
  for (const { name, tags = [], tasks } of names.pipelines) {
    const near = name === here ? 6 : 0;
    const to = `/p/${name}`;
    const at = date ? `?at=${date}` : '';
    const of = date ? `${name} ${date}` : name;
    add(of, tags.length ? `pipeline · ${tags.join(', ')}` : 'pipeline', go(to + at), 12 + near);
    add(`graph ${of}`, 'page', go(`${to}/graph${at}`), near);
    add(`gantt ${of}`, 'page', go(`${to}/gantt${at}`), near);
    if (!date) { add(`calendar ${name}`, 'page', go(`${to}/calendar`), near); add(`yaml ${name}`, 'page', go(`${to}/yaml`), near); }
    if (!names.read_only) {
      add(`clear ${of}…`, date ? 'order: that interval' : 'order: what failed', () => order('clear', name, date ? { interval: [date] } : { all: true }, date ? {} : { only_failed: true }), near);
      add(`backfill ${of}…`, 'order', () => order('backfill', name, {}, date ? { start_date: date, end_date: date } : {}), near);
      if (!date) {
        add(`run now ${name}…`, 'order', () => order('trigger', name, {}, {}), near);
        add(`pause ${name}`, 'order', pause(name, 'pause'), near - 2);
        add(`unpause ${name}`, 'order', pause(name, 'unpause'), near - 2);
      }
    }
    for (const t of tasks) add(`${name} › ${t}${date ? ` ${date}` : ''}`, 'task', go(date ? `${to}/i/${encodeURIComponent(date)}/t/${t}` : `${to}?focus=${t}`), near - 4);
  }
  add('pipelines', 'page', go('/'));
  add('problems', 'page', go('/problems'));
  return all;
};

const shown = 30;
const find = (query) => {
  const words = query.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const date = words.map(dateOf).find(Boolean);
  const rest = words.filter((w) => !dateOf(w));
  return entries(date).map((e) => {
    let sum = e.weight;
    for (const w of rest) { const s = score(w, e.text); if (s < 0) return null; sum += s; }
    return { ...e, sum };
  }).filter(Boolean).sort((a, b) => b.sum - a.sum || (a.text < b.text ? -1 : 1)).slice(0, shown);
};

export const open = async () => {
  if (document.querySelector('dialog')) return;
  const before = document.activeElement;
  try { await load(); } catch { toast('There is no connection.', { bad: true }); return; }
  const dialog = document.createElement('dialog');
  dialog.className = 'palette';
  dialog.setAttribute('aria-label', 'Find anything');
  dialog.innerHTML = `<input role="combobox" aria-expanded="true" aria-controls="found" aria-autocomplete="list" aria-label="Pipeline, task, date or verb" placeholder="pipeline, task, date, verb" autocomplete="off" spellcheck="false">
    <ul id="found" role="listbox" aria-label="Found"></ul><p class="none" role="status" hidden>Nothing is called that.</p><p class="hint">sales 6/21 · clear sales · graph · Enter opens, Esc closes</p>`;
  const input = dialog.querySelector('input');
  const list = dialog.querySelector('ul');
  let found = [];
  let at = 0;
  const mark = () => {
    [...list.children].forEach((li, i) => li.setAttribute('aria-selected', String(i === at)));
    const li = list.children[at];
    li?.scrollIntoView({ block: 'nearest' });
    if (li) input.setAttribute('aria-activedescendant', li.id); else input.removeAttribute('aria-activedescendant');
  };
  const show = () => {
    found = find(input.value);
    at = 0;
    list.replaceChildren(...found.map((e, i) => {
      const li = Object.assign(document.createElement('li'), { id: `found-${i}`, role: 'option' });
      li.append(Object.assign(document.createElement('b'), { textContent: e.text }), Object.assign(document.createElement('span'), { textContent: e.kind }));
      return li;
    }));
    dialog.querySelector('.none').hidden = found.length > 0;
    mark();
  };
  const run = (i) => { const e = found[i]; if (!e) return; dialog.close(); e.run(); };
  input.addEventListener('input', show);
  input.addEventListener('keydown', (e) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[e.key];
    if (step) { e.preventDefault(); at = Math.max(0, Math.min(found.length - 1, at + step)); mark(); }
    if (e.key === 'Enter') { e.preventDefault(); run(at); }
  });
  list.addEventListener('click', (e) => { const li = e.target.closest('li'); if (li) run([...list.children].indexOf(li)); });
  dialog.addEventListener('click', (e) => { if (e.target === dialog) dialog.close(); });
  dialog.addEventListener('close', () => { dialog.remove(); before?.focus?.({ preventScroll: true }); });
  document.body.append(dialog);
  dialog.showModal();
  show();
};
