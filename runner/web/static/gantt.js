// The gantt: time goes on while a run does; arrows go from row to row.
import { typing } from './app.js';

const region = document.querySelector('live-region.view');
setInterval(() => { if (!document.hidden && region.querySelector('.now')) region.renew(); }, 2000);

document.addEventListener('keydown', (e) => {
  if (typing(e)) return;
  const rows = [...region.querySelectorAll('.gantt .row')];
  const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
  if (step && rows.length && region.contains(document.activeElement)) {
    e.preventDefault();
    const at = rows.indexOf(document.activeElement);
    const to = rows[Math.max(0, Math.min(rows.length - 1, at + step))];
    to.focus();
    to.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }
  if (e.key === '[') region.querySelector('[rel=prev]')?.click();
  if (e.key === ']') region.querySelector('[rel=next]')?.click();
});
