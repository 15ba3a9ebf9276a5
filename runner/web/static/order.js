// A dialog that plans an order, shows the plan, and gives the order that was shown.
import { post, toast } from './app.js';

// What each order asks: a title, a sentence, the button, and its fields as the API names them.
const widen = [['past', 'Past'], ['future', 'Future'], ['upstream', 'Upstream'], ['downstream', 'Downstream'], ['only_failed', 'Only failed']];
const asSwitches = (list) => list.map(([name, text]) => ({ name, text, type: 'checkbox' }));
const orders = {
  clear: { title: 'Clear task instances', about: 'They go back to waiting, and run again with the pipeline as it is now.', word: 'Clear', past: 'Cleared', danger: true,
    fields: [...asSwitches(widen), { name: 'stop', text: 'Stop running', type: 'checkbox', value: true }] },
  mark: { title: 'Mark task instances', about: 'They get the end that you say, without running.', word: 'Mark', past: 'Marked',
    fields: [{ name: 'as', text: 'as', options: ['success', 'failed', 'skipped'] }, ...asSwitches(widen)] },
  backfill: { title: 'Backfill', about: 'Makes every interval of the range that does not exist, and runs again what you choose of the others.', word: 'Backfill', past: 'Backfill of',
    fields: [{ name: 'start_date', text: 'from', type: 'date' }, { name: 'end_date', text: 'to', type: 'date' }, { name: 'task_regex', text: 'tasks', type: 'search', placeholder: 'all, or a regular expression' },
      { name: 'reprocess', text: 'of those that exist', options: ['none', 'failed', 'completed'] }, { name: 'max_active_runs', text: 'at once', type: 'number' },
      { name: 'upstream', text: 'Upstream', type: 'checkbox' }, { name: 'downstream', text: 'Downstream', type: 'checkbox' }, { name: 'run_backwards', text: 'Newest first', type: 'checkbox' }] },
  trigger: { title: 'Run now', about: 'Makes the run of one interval: the newest complete one, unless you name another by its start.', word: 'Run', past: 'Made',
    fields: [{ name: 'at', text: 'interval', type: 'text', placeholder: 'the newest complete one' }] },
};

const field = ({ name, text, type, options, value, placeholder, param }) => {
  const label = Object.assign(document.createElement('label'), { className: 'check' });
  const input = document.createElement(options ? 'select' : 'input');
  if (options) input.append(...options.map((o) => new Option(o)));
  else input.type = type;
  input.name = name;
  if (param) input.dataset.param = '';
  if (placeholder) input.placeholder = placeholder;
  if (type === 'number') { input.min = 1; input.size = 4; input.placeholder = 'as declared'; }
  if (type === 'checkbox') input.checked = !!value; else if (value != null) input.value = value;
  if (type === 'checkbox') label.append(input, text); else label.append(text, input);
  return label;
};

const make = (html) => {
  const t = document.createElement('template');
  t.innerHTML = html;
  return t.content;
};

// The cells that a plan touches are told to whoever can show them.
const painted = (cells) => document.dispatchEvent(new CustomEvent('tidemark:paint', { detail: cells }));

// order opens the dialog. choice is what the order chooses, as the API takes it; values are
// what its fields begin with; params are the pipeline's, for orders that make runs.
export const order = (verb, pipeline, choice, values = {}, params = []) => {
  const { title, about, word, past, danger, fields } = orders[verb];
  const dialog = document.createElement('dialog');
  dialog.className = 'order';
  dialog.setAttribute('aria-label', title);
  dialog.append(make(`<form method="dialog"><h2></h2><p class="quiet about"></p><div class="switches"></div>
    <div class="result" aria-live="polite"></div>
    <div class="foot"><input class="reason" placeholder="reason, for the record" aria-label="Reason" autocomplete="off">
    <label class="confirm" hidden>type <b></b> <input size="8" inputmode="numeric" autocomplete="off"></label>
    <button type="button" value="cancel">Cancel</button><button type="submit" disabled></button></div></form>`));
  const part = (s) => dialog.querySelector(s);
  part('h2').textContent = title;
  part('.about').textContent = about;
  for (const f of fields) part('.switches').append(field({ ...f, value: values[f.name] ?? f.value }));
  for (const p of params) part('.switches').append(field({ name: p.name, text: p.name, type: 'text', options: p.enum?.map(String), value: p.default, param: true }));
  const submit = part('[type=submit]');
  submit.className = danger ? 'danger' : 'primary';
  const confirm = part('.confirm input');
  let seen = null;
  let asked = 0;
  const body = () => {
    const b = { ...choice };
    const given = [];
    for (const input of part('.switches').querySelectorAll('input, select')) {
      const { name, type, checked, value } = input;
      const stated = params.find((p) => p.name === name)?.default;
      if ('param' in input.dataset) { if (value !== String(stated ?? '')) given.push(`${name}=${value}`); }
      else if (name === 'stop') { if (!checked) b.no_running = true; }
      else if (type === 'checkbox') { if (checked) b[name] = true; }
      else if (value !== '') b[name] = type === 'number' ? Number(value) : value;
    }
    if (given.length) b.param = given;
    return b;
  };
  const ready = () => {
    const many = seen?.hasAttribute('data-confirm');
    part('.confirm').hidden = !many;
    submit.disabled = !seen || seen.dataset.rows === '0' || many && confirm.value.replaceAll(',', '') !== seen.dataset.rows;
  };
  const plan = async () => {
    const number = ++asked;
    const result = part('.result');
    result.classList.add('busy');
    seen = null;
    ready();
    const answer = await fetch(`/p/${pipeline}/preview`, {
      method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Fragment': '1' }, body: JSON.stringify({ order: verb, ...body() }),
    }).then((r) => r.text(), () => '<p class="failure">There is no connection.</p>');
    if (number !== asked) return; // a later question is on its way
    result.innerHTML = answer;
    result.classList.remove('busy');
    seen = result.querySelector('.plan');
    const cells = result.querySelector('.painted');
    painted(cells ? JSON.parse(cells.textContent) : null);
    const rows = Number(seen?.dataset.rows ?? 0);
    submit.textContent = seen ? `${word} ${rows.toLocaleString('en')} ${seen.dataset.noun}${rows === 1 ? '' : 's'}` : word;
    part('.confirm b').textContent = String(rows);
    ready();
  };
  let timer = 0;
  part('.switches').addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(plan, 120); });
  confirm.addEventListener('input', ready);
  part('[value=cancel]').addEventListener('click', () => dialog.close());
  part('form').addEventListener('submit', async (e) => {
    e.preventDefault();
    if (submit.disabled) return;
    submit.disabled = true;
    try {
      const { at, ...rest } = body();
      const path = at ? `intervals/${encodeURIComponent(at)}/${verb}` : verb;
      const done = await post(`/api/v1/pipelines/${pipeline}/${path}`, { ...rest, reason: part('.reason').value, digest: seen.dataset.digest });
      dialog.close();
      said(done, submit.textContent.replace(word, past));
      document.dispatchEvent(new CustomEvent('tidemark:change'));
    } catch (fault) {
      toast(fault.message, { bad: true });
      plan();
    }
  });
  dialog.addEventListener('close', () => { painted(null); dialog.remove(); });
  document.body.append(dialog);
  dialog.showModal();
  plan();
};

const said = (done, text) => {
  if (done.operation == null) { toast('There was nothing to do.'); return; }
  toast(`${text} · operation ${done.operation}`, {
    action: 'Undo',
    run: async () => {
      try {
        await post(`/api/v1/operations/${done.operation}/undo`);
        toast(`Operation ${done.operation} is undone`);
        document.dispatchEvent(new CustomEvent('tidemark:change'));
      } catch (fault) { toast(fault.message, { bad: true }); }
    },
  });
};

// quote makes a regular expression that matches exactly one of the names.
export const exactly = (names) => {
  const safe = names.map((n) => n.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return safe.length === 1 ? `^${safe[0]}$` : `^(${safe.join('|')})$`;
};
