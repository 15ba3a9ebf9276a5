// The page of a task instance: keys, the Clear dialog, and the log.
import { typing } from './app.js';
import { order, exactly } from './order.js';

const page = document.querySelector('[data-instance]');
const { pipeline, task, interval } = page.dataset;
const give = (verb) => order(verb, pipeline, { task_regex: exactly([task]), interval: [interval] }, { downstream: verb === 'clear' });

document.addEventListener('click', (e) => { const b = e.target.closest('[data-order]'); if (b) give(b.dataset.order); });
document.addEventListener('keydown', (e) => {
  if (typing(e)) return;
  const tab = { l: 'log', w: 'why', t: 'attempts' }[e.key];
  const verb = { c: 'clear', m: 'mark' }[e.key];
  if (verb && page.querySelector(`[data-order=${verb}]`)) { e.preventDefault(); give(verb); }
  else if (e.key === '[') page.querySelector('[rel=prev]')?.click();
  else if (e.key === ']') page.querySelector('[rel=next]')?.click();
  else if (tab) location.search = `?tab=${tab}`;
});

// How many lines stand in the page at once, and up to how many all of them do: then the
// browser's own search, selection and copying work.
const held = 1200;
const whole = 5000;
const height = 18;

// A box can be so high and no higher. In a log of more lines than that, what is not in the
// page takes less room than its lines would.
const highest = 20e6;

customElements.define('tm-log', class extends HTMLElement {
  connectedCallback() {
    this.box = this.querySelector('.log');
    this.body = this.querySelector('.lines');
    this.total = Number(this.getAttribute('lines'));
    this.first = Number(this.getAttribute('first'));
    this.live = this.hasAttribute('live');
    this.hits = [];
    this.at = -1;
    this.follow = true;
    this.number();
    this.size(Number(this.getAttribute('size')));
    this.box.addEventListener('scroll', () => this.scrolled(), { passive: true });
    this.tools();
    if (this.total <= whole && this.first > 1) this.load(1, this.total).then(() => this.end());
    else this.end();
    const line = Number(new URL(location).searchParams.get('line'));
    if (line) this.go(line);
    if (this.live) this.timer = setInterval(() => this.grow(), 1000);
  }
  disconnectedCallback() { clearInterval(this.timer); }
  size(bytes) {
    const s = bytes < 1e3 ? `${bytes} B` : bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
    document.getElementById('log-size').textContent = `${this.total.toLocaleString('en')} ${this.total === 1 ? 'line' : 'lines'}, ${s}${this.live ? ' · following' : ''}`;
  }
  // unit is the room of a line that is not in the page.
  unit() { return Math.min(height, highest / this.total); }
  // number shows where the lines stand: in a log of any size the scrollbar is true.
  number() {
    let n = this.first;
    for (const l of this.body.children) { l.dataset.n = n; l.classList.toggle('now', n === this.hits[this.at]); n++; }
    this.last = n - 1;
    const wrap = this.box.classList.contains('wrap');
    this.body.style.paddingTop = wrap ? '' : `${(this.first - 1) * this.unit()}px`;
    this.body.style.paddingBottom = wrap ? '' : `${Math.max(0, this.total - this.last) * this.unit()}px`;
  }
  async fetchLines(from, count) {
    const answer = await fetch(`${this.getAttribute('src')}/lines?try=${this.getAttribute('try')}&from=${from}&count=${count}`);
    if (!answer.ok) return '';
    this.total = Number(answer.headers.get('X-Log-Lines'));
    this.live = answer.headers.get('X-Log-Live') === 'true';
    this.bytes = Number(answer.headers.get('X-Log-Size'));
    return answer.text();
  }
  // load shows a window of the log, with a line at the top of the box where one is named.
  async load(from, count, top) {
    from = Math.floor(from);
    const asked = this.asked = (this.asked ?? 0) + 1;
    const html = await this.fetchLines(from, count);
    if (asked !== this.asked) return;
    this.body.innerHTML = html;
    this.first = from;
    this.number();
    if (top && this.unit() < height) this.box.scrollTop = (this.first - 1) * this.unit() + (top - this.first) * height;
  }
  scrolled() {
    this.follow = this.box.scrollHeight - this.box.scrollTop - this.box.clientHeight < 40;
    if (this.box.classList.contains('wrap')) return;
    const y = this.box.scrollTop, begin = (this.first - 1) * this.unit(), end = begin + (this.last - this.first + 1) * height;
    const top = y < begin ? Math.floor(y / this.unit()) + 1
      : y < end ? this.first + Math.floor((y - begin) / height)
        : Math.min(this.total, this.last + 1 + Math.floor((y - end) / this.unit()));
    const bottom = top + Math.ceil(this.box.clientHeight / height);
    if (top >= this.first && bottom <= this.last || top >= this.first && this.last >= this.total) return;
    clearTimeout(this.wait);
    this.wait = setTimeout(() => this.load(Math.max(1, top - held / 3), held, top), 30);
  }
  end() { this.box.scrollTop = this.box.scrollHeight; this.follow = true; }
  async go(line) {
    if (line < this.first || line > this.last) await this.load(Math.max(1, line - held / 2), held);
    this.number();
    const l = this.body.children[line - this.first];
    if (l) this.box.scrollTop = l.offsetTop - this.box.clientHeight / 2;
  }
  async grow() {
    if (document.hidden) return;
    const before = this.total;
    const near = this.last >= before;
    const from = near ? Math.max(this.last, 1) : this.total + 1;
    const html = await this.fetchLines(from, whole);
    if (near && html) {
      this.body.lastElementChild?.remove(); // its end may have come since
      this.body.insertAdjacentHTML('beforeend', html);
      while (this.body.children.length > whole) { this.body.firstElementChild.remove(); this.first++; }
      this.box.querySelector('.empty')?.remove();
    }
    if (this.total !== before || near) this.number();
    this.size(this.bytes ?? 0);
    if (this.follow) this.end();
    if (!this.live) clearInterval(this.timer);
  }
  tools() {
    const by = (id) => document.getElementById(id);
    const find = by('find');
    const show = () => {
      by('hits').textContent = find.value ? this.hits.length ? `${this.at + 1}/${this.found.toLocaleString('en')}` : 'no match' : '';
      if (this.at >= 0) this.go(this.hits[this.at]);
    };
    let timer = 0;
    const search = async () => {
      if (!find.value) { this.hits = []; this.at = -1; this.number(); show(); return; }
      const doc = await fetch(`${this.getAttribute('src')}/find?try=${this.getAttribute('try')}&q=${encodeURIComponent(find.value)}`).then((r) => r.json());
      this.hits = doc.lines;
      this.found = doc.total;
      this.at = doc.lines.length - 1;
      show();
    };
    const step = (d) => { if (this.hits.length) { this.at = (this.at + d + this.hits.length) % this.hits.length; show(); } };
    find.addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(search, 200); });
    find.addEventListener('keydown', (e) => { if (e.key === 'Enter') { e.preventDefault(); step(e.shiftKey ? 1 : -1); } if (e.key === 'Escape') { find.value = ''; search(); this.box.focus(); } });
    by('prev-hit').addEventListener('click', () => step(-1));
    by('next-hit').addEventListener('click', () => step(1));
    by('log-start').addEventListener('click', () => this.go(1).then(() => { this.box.scrollTop = 0; }));
    by('log-end').addEventListener('click', () => this.go(this.total).then(() => this.end()));
    by('wrap').addEventListener('change', (e) => { this.box.classList.toggle('wrap', e.target.checked); this.number(); });
    by('first-error').addEventListener('click', async () => {
      const doc = await fetch(`${this.getAttribute('src')}/find?first=1&try=${this.getAttribute('try')}`).then((r) => r.json());
      if (!doc.lines.length) { by('hits').textContent = 'no error found'; return; }
      this.hits = doc.lines;
      this.found = 1;
      this.at = 0;
      this.go(doc.lines[0]);
    });
    document.addEventListener('keydown', (e) => {
      if ((e.ctrlKey || e.metaKey) && e.key === 'f' && this.total > whole) { e.preventDefault(); find.focus(); find.select(); }
    });
  }
});
