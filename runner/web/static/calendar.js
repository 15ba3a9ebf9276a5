// The calendar: arrows move, a drag or Shift chooses a range, which an order can take.
import { typing } from './app.js';
import { order } from './order.js';

const view = document.querySelector('[data-calendar]');
const { pipeline } = view.dataset;
const bar = document.querySelector('.range');
const all = () => [...view.querySelectorAll('.day')];
const find = (day) => view.querySelector(`[data-day="${day}"]`);

const url = new URL(location);
let anchor = url.searchParams.get('from');
let end = url.searchParams.get('to') ?? anchor;
let drag = false;
let moved = false;
let choosing = false; // by touch: a long press begins a range, the next tap ends it

const bounds = () => anchor && end ? [anchor, end].sort() : null;
const show = () => {
  const range = bounds();
  for (const d of all()) {
    const on = !!range && d.dataset.day >= range[0] && d.dataset.day <= range[1];
    d.classList.toggle('chosen', on);
  }
  const to = new URL(location);
  for (const [name, day] of [['from', range?.[0]], ['to', range?.[1]]]) if (day) to.searchParams.set(name, day); else to.searchParams.delete(name);
  history.replaceState(null, '', to);
  bar.hidden = !range;
  if (!range) return;
  const days = Math.round((Date.parse(range[1]) - Date.parse(range[0])) / 864e5) + 1;
  bar.querySelector('[role=status]').textContent = `${days} ${days === 1 ? 'day' : 'days'}, ${range[0]}${days > 1 ? ` to ${range[1]}` : ''}`;
};
const drop = () => { choosing = false; anchor = end = null; show(); };
const act = (verb) => {
  const range = bounds();
  if (!range || !bar.querySelector(`[data-range=${verb}]`)) return;
  const stretch = { start_date: range[0], end_date: range[1] };
  if (verb === 'clear') order(verb, pipeline, stretch); else order(verb, pipeline, {}, stretch);
};
bar.addEventListener('click', (e) => {
  const verb = e.target.closest('[data-range]')?.dataset.range;
  if (verb === 'none') drop(); else if (verb) act(verb);
});

const dayAt = (e) => document.elementFromPoint(e.clientX, e.clientY)?.closest?.('.day')?.dataset.day;
let press = 0;
for (const name of ['pointerup', 'pointercancel']) view.addEventListener(name, () => clearTimeout(press));
view.addEventListener('contextmenu', (e) => { if (choosing) e.preventDefault(); });
view.addEventListener('pointerdown', (e) => {
  const day = e.target.closest('.day')?.dataset.day;
  if (!day || e.button !== 0) return;
  moved = false;
  if (e.pointerType === 'touch') { press = setTimeout(() => { anchor = end = day; choosing = moved = true; show(); }, 450); return; }
  drag = true;
  if (e.shiftKey && anchor) { end = day; moved = true; show(); } else { view.start = day; }
});
document.addEventListener('pointermove', (e) => {
  if (!drag) return;
  const day = dayAt(e);
  if (!day || !moved && day === view.start) return;
  if (!moved) { anchor = view.start; moved = true; }
  end = day;
  show();
});
document.addEventListener('pointerup', () => { drag = false; });
view.addEventListener('dragstart', (e) => e.preventDefault());
view.addEventListener('click', (e) => {
  if (moved) { e.preventDefault(); moved = false; find(end)?.focus(); return; }
  const day = e.target.closest('.day')?.dataset.day;
  if (choosing && day) { e.preventDefault(); end = day; choosing = false; show(); }
});

document.addEventListener('keydown', (e) => {
  if (typing(e)) return;
  const now = document.activeElement?.closest?.('.day');
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 }[e.key];
  if (now && step) {
    e.preventDefault();
    const list = all();
    const to = list[Math.max(0, Math.min(list.length - 1, list.indexOf(now) + step))];
    if (e.shiftKey) { anchor ??= now.dataset.day; end = to.dataset.day; show(); }
    rove(to);
    to.focus();
    return;
  }
  const keys = { c: () => act('clear'), b: () => act('backfill'), Escape: drop, '[': () => document.querySelector('main [rel=prev]').click(), ']': () => document.querySelector('main [rel=next]').click() };
  if (keys[e.key]) { e.preventDefault(); keys[e.key](); }
});

// rove lets one day be reached by Tab: the one that has had the focus.
let held = null;
const rove = (to) => {
  held = to.dataset.day;
  for (const d of all()) d.tabIndex = d === to ? 0 : -1;
};
const start = () => rove(find(held ?? end) ?? view.querySelector('.today') ?? all()[0]);
document.addEventListener('tidemark:renewed', () => { start(); show(); });
start();
show();
view.querySelector('[tabindex="0"]').scrollIntoView({ block: 'nearest' });
view.ready = true;
