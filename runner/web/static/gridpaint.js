// How cells look: colors of the theme, and one sprite for each kind of cell.
import { states } from './griddata.js';

export const palette = () => {
  const style = getComputedStyle(document.documentElement);
  const token = (n) => style.getPropertyValue(n).trim();
  const p = { bg: token('--bg'), line: token('--line'), ink: token('--ink'), quiet: token('--quiet'), select: token('--select'), selectBg: token('--select-bg'), accent: token('--accent'), font: token('--font'), fill: {}, edge: {}, on: {} };
  for (const s of ['none', ...states]) {
    p.fill[s] = token(`--s-${s}`);
    p.edge[s] = token(`--o-${s}`);
    p.on[s] = token(`--ink-on-${s}`) || p.ink;
  }
  return p;
};

const glyph = (g, s, size, p) => {
  const m = size / 2;
  const u = size * 0.2;
  g.strokeStyle = s === 'skipped' ? p.edge.skipped : p.on[s];
  g.fillStyle = g.strokeStyle;
  g.lineWidth = Math.max(1.4, size * 0.12);
  g.lineCap = 'round';
  g.lineJoin = 'round';
  g.beginPath();
  if (s === 'failed') { g.moveTo(m - u, m - u); g.lineTo(m + u, m + u); g.moveTo(m + u, m - u); g.lineTo(m - u, m + u); }
  if (s === 'upstream_failed') { g.moveTo(m, m + u * 1.1); g.lineTo(m, m - u * 1.1); g.moveTo(m - u, m - u * 0.2); g.lineTo(m, m - u * 1.1); g.lineTo(m + u, m - u * 0.2); }
  if (s === 'skipped') { g.moveTo(m - u, m); g.lineTo(m + u, m); }
  if (s === 'retrying') { g.arc(m, m, u * 1.1, 0.5, 5.4); g.moveTo(m + u * 1.3, m - u * 1.5); g.lineTo(m + u * 0.9, m - u * 0.5); g.lineTo(m - u * 0.1, m - u * 0.9); }
  if (s === 'queued') { for (const d of [-1.2, 0, 1.2]) { g.moveTo(m + d * u, m); g.arc(m + d * u, m, g.lineWidth * 0.55, 0, 7); } g.fill(); return; }
  if (s === 'running') { g.moveTo(m - u * 0.7, m - u * 1.1); g.lineTo(m + u * 1.1, m); g.lineTo(m - u * 0.7, m + u * 1.1); g.closePath(); g.fill(); return; }
  g.stroke();
};

// kinds is how many pictures there are without a mark: none, and one for each state.
export const kinds = states.length + 1;

// sprites are one row of pictures of size px: kind k at x = k * px. Kinds are the state's
// number plus one, and the same with a corner for what a person marked.
export const sprites = (px, p) => {
  const canvas = document.createElement('canvas');
  canvas.width = px * 2 * kinds;
  canvas.height = px;
  const g = canvas.getContext('2d');
  const gap = Math.max(1, Math.round(px / 12));
  const w = px - gap;
  const round = Math.min(px * 0.2, 5);
  for (let k = 0; k < 2 * kinds; k++) {
    const s = k % kinds === 0 ? 'none' : states[k % kinds - 1];
    if (s === 'none') continue;
    g.save();
    g.translate(k * px, 0);
    g.beginPath();
    g.roundRect(0.5, 0.5, w - 1, w - 1, round);
    g.fillStyle = s === 'skipped' || s === 'removed' ? p.bg : p.fill[s];
    g.fill();
    if (s === 'removed') g.setLineDash([px * 0.18, px * 0.14]);
    g.strokeStyle = p.edge[s];
    g.lineWidth = s === 'skipped' ? Math.max(1.2, px * 0.09) : 1;
    g.stroke();
    if (px >= 9) glyph(g, s, w, p);
    if (k >= kinds) { g.beginPath(); g.moveTo(0.5, w - 0.5); g.lineTo(w * 0.5, w - 0.5); g.lineTo(0.5, w * 0.5); g.fillStyle = p.ink; g.fill(); }
    g.restore();
  }
  return canvas;
};

export const fit = (canvas, w, h) => {
  const d = devicePixelRatio || 1;
  const cw = Math.max(1, Math.round(w * d));
  const ch = Math.max(1, Math.round(h * d));
  if (canvas.width !== cw || canvas.height !== ch) {
    canvas.width = cw;
    canvas.height = ch;
    canvas.style.width = `${w}px`;
    canvas.style.height = `${h}px`;
  }
  const g = canvas.getContext('2d');
  g.setTransform(1, 0, 0, 1, 0, 0);
  return g;
};
