// Groups of the grid: tasks whose names begin alike, below a row that shows the worst of them.
import { stateOf } from './griddata.js';

// inGroups puts the rows of a group together, below a row of its own. Of a folded group that
// row alone is left.
export const inGroups = (rows, folded) => {
  const by = new Map();
  for (const r of rows) if (r.group) by.set(r.group, [...by.get(r.group) ?? [], r]);
  return rows.flatMap((r) => {
    const members = by.get(r.group) ?? [];
    if (members.length < 2) return [r];
    if (members[0] !== r) return [];
    const head = { id: r.group, index: -2, members, folded: folded.has(r.group) };
    return head.folded ? [head] : [head, ...members];
  });
};

// idsOf are the tasks that a row stands for.
export const idsOf = (row) => row.members ? row.members.map((m) => m.id) : [row.id];

// dress shows what a row is.
export const dress = (e, row, inside) => {
  e.classList.toggle('inside', inside);
  if (!row.members) return;
  e.classList.add('head');
  e.textContent = `${row.folded ? '▸' : '▾'} ${row.id} (${row.members.length})`;
  e.title = `${row.members.length} tasks that begin with ${row.id}: Space or a click on the arrow ${row.folded ? 'unfolds' : 'folds'} them`;
};

// about says how a group stands in an interval.
export const about = (row, column, when, data, orders) => {
  const counts = new Map();
  for (const m of row.members) {
    const s = stateOf(data.cell(column, m));
    counts.set(s, (counts.get(s) ?? 0) + 1);
  }
  const part = (name, props, ...inside) => { const e = Object.assign(document.createElement(name), props); e.append(...inside); return e; };
  const states = [...counts].map(([s, n]) => part('span', { className: 'state' }, part('span', { className: `box s-${s}`, ariaHidden: 'true' }), `${n} ${s === 'none' ? 'without an instance' : s.replace('_', ' ')}`));
  const acts = orders ? [part('button', { type: 'button', className: 'primary' }, 'Clear… ', part('kbd', {}, 'c')), part('button', { type: 'button' }, 'Mark… ', part('kbd', {}, 'm'))] : [];
  acts.forEach((b, i) => { b.dataset.order = ['clear', 'mark'][i]; });
  return [part('h2', {}, row.id), part('p', { className: 'quiet' }, `${row.members.length} tasks · ${when}`), part('p', { className: 'chips' }, ...states), part('div', { className: 'acts' }, ...acts)];
};
