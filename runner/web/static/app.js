// What every page has: the live connection, regions that renew themselves, the theme, posts, toasts.

export const post = async (path, body) => {
  const answer = await fetch(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body ?? {}) });
  const doc = await answer.json().catch(() => ({ message: answer.statusText, help: '' }));
  if (!answer.ok) throw new Error([doc.message, ...(doc.problems ?? []), doc.help].filter(Boolean).join('\n'));
  return doc;
};

export const toast = (text, { bad = false, action = '', run = null, seconds = 10 } = {}) => {
  const box = document.createElement('div');
  box.className = bad ? 'toast bad' : 'toast';
  box.append(Object.assign(document.createElement('span'), { textContent: text }));
  if (action) {
    const button = Object.assign(document.createElement('button'), { type: 'button', textContent: action });
    button.addEventListener('click', () => { box.remove(); run(); });
    box.append(button);
  }
  document.getElementById('toasts').append(box);
  setTimeout(() => box.remove(), seconds * 1000);
};

// took is a length of time in at most two units, as the server writes it.
export const took = (ms) => {
  if (ms < 1000) return `${Math.round(ms)}ms`;
  if (ms < 9950) return `${(ms / 1000).toFixed(1)}s`;
  const s = Math.round(ms / 1000);
  const two = (n) => String(n).padStart(2, '0');
  if (s < 60) return `${s}s`;
  if (s < 3600) return `${Math.floor(s / 60)}m ${two(s % 60)}s`;
  if (s < 86400) return `${Math.floor(s / 3600)}h ${two(Math.floor(s % 3600 / 60))}m`;
  return `${Math.floor(s / 86400)}d ${two(Math.floor(s % 86400 / 3600))}h`;
};

// Live: one connection for all tabs of a browser. The tab that holds the lock listens and
// tells the others; when it goes, the next one takes over. Hidden tabs let go.
const channel = new BroadcastChannel('tidemark');
let missed = false;
const changed = () => {
  if (document.hidden) { missed = true; return; }
  missed = false;
  document.dispatchEvent(new CustomEvent('tidemark:change'));
};
const standing = (on) => {
  const box = document.querySelector('.live');
  if (!box) return;
  box.classList.toggle('on', on);
  box.classList.toggle('off', !on);
  box.querySelector('.word').textContent = on ? 'live' : 'no connection';
};
channel.addEventListener('message', (e) => {
  if (e.data.change) changed();
  if ('on' in e.data) standing(e.data.on);
  if (e.data.ask && source) channel.postMessage({ on: source.readyState === EventSource.OPEN });
});
let source = null;
let release = null;
const listen = () => {
  if (release) return;
  release = () => {};
  const gate = new AbortController();
  release = () => gate.abort();
  const hold = () => new Promise((done) => {
    source = new EventSource('/events');
    const tell = (on) => { standing(on); channel.postMessage({ on }); };
    source.addEventListener('open', () => tell(true));
    source.addEventListener('error', () => tell(false));
    source.addEventListener('change', () => { changed(); channel.postMessage({ change: true }); });
    release = () => { source.close(); source = null; done(); };
  });
  if (!navigator.locks) { hold(); return; }
  channel.postMessage({ ask: true });
  navigator.locks.request('tidemark-events', { signal: gate.signal }, hold).catch(() => {});
};
document.addEventListener('visibilitychange', () => {
  if (document.hidden) { release?.(); release = null; return; }
  listen();
  if (missed) changed();
});
listen();

// A region fetches its page again when something has changed, and takes its own part of it.
// It waits while somebody types in it or has a menu open.
customElements.define('live-region', class extends HTMLElement {
  connectedCallback() {
    this.renew = this.renew.bind(this);
    document.addEventListener('tidemark:change', this.renew);
  }
  disconnectedCallback() { document.removeEventListener('tidemark:change', this.renew); }
  async renew() {
    if (this.busy) { this.again = true; return; }
    this.busy = true;
    try {
      const answer = await fetch(this.getAttribute('src') + location.hash, { headers: { 'X-Fragment': '1' } });
      if (!answer.ok) return;
      const text = await answer.text();
      if (text === this.text || this.typedIn()) return;
      this.text = text;
      const page = new DOMParser().parseFromString(text, 'text/html');
      const fresh = page.querySelector('live-region');
      if (fresh) this.morph(this, fresh);
    } catch { /* the connection says so itself */ } finally {
      setTimeout(() => { this.busy = false; if (this.again) { this.again = false; this.renew(); } }, 500);
    }
  }
  // typedIn says whether somebody types in what would change; what is kept does not.
  typedIn() {
    const e = document.activeElement;
    const keep = this.getAttribute('keep');
    return this.contains(e) && e.matches('input, select, textarea') && !(keep && e.closest(keep));
  }
  // morph changes what differs and nothing else: focus, scrolling and selection stay.
  morph(from, to) {
    const keep = this.getAttribute('keep');
    const old = [...from.childNodes];
    const now = [...to.childNodes];
    now.forEach((n, i) => {
      const o = old[i];
      if (!o) from.append(document.importNode(n, true));
      else if (o.nodeType !== n.nodeType || o.nodeName !== n.nodeName) o.replaceWith(document.importNode(n, true));
      else if (o.nodeType !== Node.ELEMENT_NODE) { if (o.data !== n.data) o.data = n.data; } else if (!(keep && o.matches(keep))) {
        for (const a of [...o.attributes]) if (!n.hasAttribute(a.name)) o.removeAttribute(a.name);
        for (const a of n.attributes) if (o.getAttribute(a.name) !== a.value) o.setAttribute(a.name, a.value);
        this.morph(o, n);
      }
    });
    old.slice(now.length).forEach((o) => o.remove());
    if (from === this) document.dispatchEvent(new CustomEvent('tidemark:renewed'));
  }
});

// Theme: as the system has it, until somebody says otherwise.
document.getElementById('theme')?.addEventListener('click', () => {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset.theme = dark ? 'light' : 'dark';
  document.cookie = `tidemark_theme=${root.dataset.theme};path=/;max-age=31536000;samesite=strict`;
  document.dispatchEvent(new CustomEvent('tidemark:theme'));
});

// A filter hides rows: words of the name, @tag, is:failing. It is in the URL.
const filter = document.querySelector('[data-filter]');
if (filter) {
  const apply = () => {
    const words = filter.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of document.querySelectorAll(filter.dataset.filter)) {
      const { name, tags, is } = row.dataset;
      row.hidden = !words.every((w) => w.startsWith('@') ? ` ${tags} `.toLowerCase().includes(` ${w.slice(1)} `)
        : w.startsWith('is:') ? ` ${is} `.includes(` ${w.slice(3)} `) : name.toLowerCase().includes(w));
    }
    const url = new URL(location);
    if (filter.value) url.searchParams.set('filter', filter.value); else url.searchParams.delete('filter');
    history.replaceState(null, '', url);
  };
  filter.value = new URL(location).searchParams.get('filter') ?? '';
  filter.addEventListener('input', apply);
  document.addEventListener('tidemark:renewed', apply);
  if (filter.value) apply();
}

document.addEventListener('click', async (e) => {
  const button = e.target.closest('[data-post], [data-copy]');
  if (!button) return;
  if (button.dataset.copy) {
    await navigator.clipboard.writeText(button.dataset.copy);
    toast('Copied', { seconds: 2 });
    return;
  }
  button.disabled = true;
  try {
    await post(button.dataset.post);
    toast(button.dataset.said, { seconds: 4 });
    document.dispatchEvent(new CustomEvent('tidemark:change'));
  } catch (fault) { toast(fault.message, { bad: true }); } finally { button.disabled = false; }
});

document.addEventListener('change', (e) => {
  const go = e.target.dataset?.go;
  if (go) location.href = go + encodeURIComponent(e.target.value);
});

// typing says whether a key belongs to a field.
export const typing = (e) => e.target.closest?.('input, select, textarea, dialog') || e.ctrlKey && e.key !== 'ArrowLeft' && e.key !== 'ArrowRight' && e.key !== 'ArrowUp' && e.key !== 'ArrowDown' || e.metaKey || e.altKey;

document.addEventListener('keydown', (e) => {
  if (typing(e)) return;
  if (e.key === '/') {
    const field = document.querySelector('main input[type=search]');
    if (field) { e.preventDefault(); field.focus(); field.select(); }
  }
});

if (document.querySelector('tm-grid')) import('./grid.js');
if (document.querySelector('[data-instance]')) import('./instance.js');
if (document.querySelector('[data-lists]')) import('./lists.js');
if (new URL(location).searchParams.has('order')) import('./dialog.js').then((m) => m.reopen());
if (document.querySelector('[data-graph]')) import('./graph.js');
if (document.querySelector('svg.gantt[role]')) import('./gantt.js');
if (document.querySelector('[data-calendar]')) import('./calendar.js');

// The palette is loaded when somebody asks for it.
const palette = () => import('./palette.js').then((m) => m.open());
document.getElementById('palette')?.addEventListener('click', palette);
document.addEventListener('keydown', (e) => { if ((e.ctrlKey || e.metaKey) && !e.altKey && !e.shiftKey && e.key.toLowerCase() === 'k') { e.preventDefault(); palette(); } });
