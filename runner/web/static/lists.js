// Pages that list: their dialogs, and what is picked in them.
import { toast, typing } from './app.js';
import { order, exactly } from './order.js';

document.addEventListener('click', (e) => {
  const b = e.target.closest('[data-order][data-of]');
  if (b) order(b.dataset.order, b.dataset.of, JSON.parse(b.dataset.choice ?? '{}'));
});

const bar = document.querySelector('.picked');
const boxes = () => [...document.querySelectorAll('.pick')];
const whole = document.getElementById('whole');
let last = null;
const picks = new Set(); // by name: rows move when the list renews itself
const key = (b) => `${b.dataset.interval} ${b.dataset.task ?? ''}`;

// tell says how much is picked. Everything that matches is the query, not what is shown.
const tell = () => {
  const all = whole.getAttribute('aria-pressed') === 'true';
  const n = boxes().filter((b) => b.checked).length;
  bar.querySelector('.count').textContent = all ? 'all that match' : n ? `${n} picked` : 'nothing picked';
  for (const b of bar.querySelectorAll('[data-verb]')) b.disabled = !all && !n;
  const every = document.querySelector('.every');
  if (every) { every.checked = n > 0 && n === boxes().length; every.indeterminate = n > 0 && !every.checked; }
};

// choice is what is picked as the API takes it; null: it is no product of tasks and intervals.
const choice = () => {
  if (whole.getAttribute('aria-pressed') === 'true') return JSON.parse(bar.dataset.query);
  const by = new Map();
  for (const { dataset } of boxes().filter((b) => b.checked)) {
    if (!by.has(dataset.interval)) by.set(dataset.interval, new Set());
    if (dataset.task) by.get(dataset.interval).add(dataset.task);
  }
  const sets = [...by.values()].map((s) => [...s].sort());
  if (sets.some((s) => s.join() !== sets[0].join())) return null;
  return { interval: [...by.keys()].sort(), ...(sets[0].length ? { task_regex: exactly(sets[0]) } : {}) };
};

const give = (verb) => {
  const picked = choice();
  if (picked) order(verb, bar.dataset.pipeline, picked, verb === 'mark' && !document.querySelector('.pick[data-task]') ? { run: true } : {});
  else toast('What is picked is no product of tasks and intervals, so it is not one order. Pick the same tasks in each interval, or select all that match.', { bad: true });
};

if (bar) {
  document.addEventListener('click', (e) => {
    const { target } = e;
    if (target.matches('.pick')) {
      const all = boxes();
      const [a, b] = [all.indexOf(last), all.indexOf(target)];
      if (e.shiftKey && a >= 0) for (const x of all.slice(Math.min(a, b), Math.max(a, b) + 1)) x.checked = target.checked;
      last = target;
      whole.setAttribute('aria-pressed', 'false');
    } else if (target.matches('.every')) for (const b of boxes()) b.checked = target.checked;
    else if (target === whole) whole.setAttribute('aria-pressed', String(whole.getAttribute('aria-pressed') !== 'true'));
    else if (target.closest('[data-verb]')) { give(target.closest('[data-verb]').dataset.verb); return; } else return;
    picks.clear();
    for (const b of boxes()) if (b.checked) picks.add(key(b));
    tell();
  });
  document.addEventListener('tidemark:renewed', () => { for (const b of boxes()) b.checked = picks.has(key(b)); tell(); });
  tell();
}

document.addEventListener('keydown', (e) => {
  if (typing(e) && !e.target.matches?.('.pick')) return;
  const verb = { c: 'clear', m: 'mark' }[e.key];
  if (verb) (document.querySelector(`[data-order=${verb}]`) ?? bar?.querySelector(`[data-verb=${verb}]:not(:disabled)`))?.click();
  else if (e.key === '[') document.querySelector('[rel=prev]')?.click();
  else if (e.key === ']') document.querySelector('[rel=next]')?.click();
});
document.querySelector('[data-lists]').dataset.lists = 'ready';
