// The graph: focus goes along the edges, a click looks, Shift with a click selects.
import { typing, toast } from './app.js';
import { order, exactly } from './order.js';

const view = document.querySelector('[data-graph]');
const { pipeline, at } = view.dataset;
const query = () => new URL(location).searchParams;
const remember = (values) => {
  const url = new URL(location);
  for (const [k, v] of Object.entries(values)) if (v) url.searchParams.set(k, v); else url.searchParams.delete(k);
  history.replaceState(null, '', url);
};
const box = view.querySelector('.drawing');
const svg = () => view.querySelector('svg');
const nodes = () => [...view.querySelectorAll('.node')];
const nodeOf = (id) => view.querySelector(`.node[data-id="${CSS.escape(id)}"]`);

let focus = query().get('focus') ?? '';
let chosen = (query().get('sel') ?? '').split(',').filter(Boolean);
let zoom = Number(query().get('zoom')) || 1;
let planned = null;

// tasksOf are the tasks that a node stands for: of a folded group all of its.
const tasksOf = (id) => nodeOf(id)?.dataset.tasks?.split(' ') ?? [id];

// dress puts back what is ours after the page has been renewed.
const dress = () => {
  for (const n of nodes()) {
    const { id } = n.dataset;
    n.classList.toggle('on', id === focus);
    n.classList.toggle('chosen', chosen.includes(id));
    n.classList.toggle('planned', !!planned && tasksOf(id).some((t) => planned.tasks[t]));
    if (focus) n.setAttribute('tabindex', id === focus ? '0' : '-1');
  }
  view.querySelector('.chosen[role=status]').textContent = chosen.length ? ((n) => `${n} ${n === 1 ? 'task' : 'tasks'} selected`)(chosen.flatMap(tasksOf).length) : '';
  const [, , w, h] = svg().getAttribute('viewBox').split(' ').map(Number);
  svg().setAttribute('width', Math.round(w * zoom));
  svg().setAttribute('height', Math.round(h * zoom));
};

let asked = 0;
const look = async () => {
  const n = focus && nodeOf(focus);
  if (!n) return;
  if (n.dataset.tasks) { view.querySelector('.panel').textContent = `${n.getAttribute('aria-label')}. Enter opens it; Shift with a click selects its tasks.`; return; }
  if (!at) return;
  const number = ++asked;
  const answer = await fetch(`${n.getAttribute('href')}?panel=1`, { headers: { 'X-Fragment': '1' } }).catch(() => null);
  const html = await answer?.text();
  if (html && number === asked) view.querySelector('.panel').innerHTML = html;
};
const focusOn = (n, reveal) => {
  if (!n) return;
  focus = n.dataset.id;
  remember({ focus });
  dress();
  n.focus({ preventScroll: true });
  if (reveal) n.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  look();
};
const choose = (ids) => { chosen = ids; remember({ sel: ids.join() }); dress(); };

view.addEventListener('click', (e) => {
  const give = e.target.closest('[data-order]');
  if (give) { act(give.dataset.order); return; }
  const n = e.target.closest('.node');
  if (!n || e.ctrlKey || e.metaKey) return;
  if (n.dataset.tasks && !e.shiftKey) return; // the link opens it
  e.preventDefault();
  if (e.shiftKey) {
    const { id } = n.dataset;
    choose(chosen.includes(id) ? chosen.filter((c) => c !== id) : [...chosen, id]);
  }
  focusOn(n);
});
view.addEventListener('dblclick', (e) => { const n = e.target.closest('.node'); if (n) location.href = n.getAttribute('href'); });

const middle = (n) => {
  const [x, y] = n.getAttribute('transform').match(/[\d.]+/g).map(Number);
  return { x, y };
};
// along finds where an arrow leads: left and right along the edges, up and down in the layer.
const along = (n, key) => {
  const all = nodes();
  const i = all.indexOf(n);
  const from = middle(n);
  const links = JSON.parse(view.querySelector('#links').textContent);
  let to = [];
  if (key === 'ArrowRight') to = links.filter(([a]) => a === i).map(([, b]) => all[b]);
  if (key === 'ArrowLeft') to = links.filter(([, b]) => b === i).map(([a]) => all[a]);
  if (key === 'ArrowDown') to = all.filter((m) => middle(m).x === from.x && middle(m).y > from.y);
  if (key === 'ArrowUp') to = all.filter((m) => middle(m).x === from.x && middle(m).y < from.y);
  const far = (m) => Math.abs(middle(m).y - from.y) + Math.abs(middle(m).x - from.x) / 1000;
  return to.sort((a, b) => far(a) - far(b))[0];
};
const scale = (to) => { zoom = Math.min(2, Math.max(0.1, to)); remember({ zoom: zoom === 1 ? '' : zoom.toFixed(2) }); dress(); };
const fit = () => {
  const [, , w, h] = svg().getAttribute('viewBox').split(' ').map(Number);
  scale(Math.min(1, box.clientWidth / w, box.clientHeight / h));
};
const act = (verb) => {
  if ('readOnly' in view.dataset) { toast('These pages are read-only.', { bad: true }); return; }
  const tasks = (chosen.length ? chosen : focus ? [focus] : []).flatMap(tasksOf);
  if (!at) { toast('This is the definition: choose an interval first.'); return; }
  if (!tasks.length) { toast('Choose a task first.'); return; }
  order(verb, pipeline, { task_regex: exactly(tasks), interval: [at] }, { downstream: verb === 'clear' && tasks.length === 1 });
};

document.addEventListener('keydown', (e) => {
  if (typing(e)) return;
  const now = document.activeElement?.closest?.('.node') ?? (box.contains(document.activeElement) ? nodeOf(focus) ?? nodes()[0] : null);
  if (e.key.startsWith('Arrow') && now) {
    e.preventDefault();
    const to = along(now, e.key);
    if (to && e.shiftKey) choose([...new Set([...chosen, now.dataset.id, to.dataset.id])]);
    focusOn(to ?? now, true);
    return;
  }
  const keys = { c: () => act('clear'), m: () => act('mark'), l: () => { if (focus) location.href = nodeOf(focus).getAttribute('href'); }, g: () => { location.href = `/p/${pipeline}?at=${encodeURIComponent(at)}&focus=${encodeURIComponent(focus)}${chosen.length ? `&sel=${encodeURIComponent(chosen.flatMap(tasksOf).join())}` : ''}`; },
    w: () => { if (focus && at && !focus.startsWith('@')) location.href = `${nodeOf(focus).getAttribute('href')}?tab=why`; }, Escape: () => choose([]), '+': () => scale(zoom * 1.25), '=': () => scale(zoom * 1.25), '-': () => scale(zoom / 1.25), 0: fit,
    '[': () => document.querySelector('main [rel=prev]')?.click(), ']': () => document.querySelector('main [rel=next]')?.click() };
  if (keys[e.key]) { e.preventDefault(); keys[e.key](); }
});
document.addEventListener('click', (e) => {
  const b = e.target.closest('#in, #out, #fit');
  if (b) ({ in: () => scale(zoom * 1.25), out: () => scale(zoom / 1.25), fit })[b.id]();
});
document.addEventListener('tidemark:renewed', () => { dress(); look(); });
document.addEventListener('tidemark:paint', (e) => { planned = e.detail; dress(); });

dress();
if (focus) { nodeOf(focus)?.scrollIntoView({ block: 'center', inline: 'center' }); look(); }
view.ready = true;
