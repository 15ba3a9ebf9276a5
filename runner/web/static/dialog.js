// A dialog that plans an order, shows the plan, and gives the order that was shown. What it
// asks is a form of the server's; what is chosen in it stands in the URL.
import { post, toast } from './app.js';

// The cells that a plan touches are told to whoever can show them.
const painted = (cells) => document.dispatchEvent(new CustomEvent('tidemark:paint', { detail: cells }));

const style = () => new Promise((done) => {
  if (document.querySelector('link[href="/static/dialog.css"]')) { done(); return; }
  const link = Object.assign(document.createElement('link'), { rel: 'stylesheet', href: '/static/dialog.css', onload: done, onerror: done });
  document.head.append(link);
});

// answers are what the fields of a form say, as the API takes it.
const answers = (form) => {
  const b = {};
  const given = [];
  for (const e of form.querySelectorAll('.switches [name]')) {
    const { name, type, checked, value } = e;
    if ('param' in e.dataset) { if (value !== e.dataset.param) given.push(`${name}=${value}`); }
    else if ('not' in e.dataset) { if (!checked) b[name] = true; }
    else if ('list' in e.dataset) { if (checked) (b[name] ??= []).push(value); }
    else if (type === 'radio') { if (checked && value) b[name === 'missed' ? value : name] = name === 'missed' || value === 'true' ? true : value; }
    else if (type === 'checkbox') { if (checked) b[name] = true; }
    else if (value !== '') b[name] = type === 'number' ? Number(value) : value;
  }
  if (given.length) b.param = given;
  return b;
};

// fill gives the fields what they begin with, and takes what has a field out of the choice.
const fill = (form, values) => {
  const left = {};
  for (const [name, value] of Object.entries(values)) {
    const all = [...form.querySelectorAll(`.switches [name="${CSS.escape(name)}"]`)];
    if (name === 'param') {
      for (const text of [value].flat()) {
        const e = form.querySelector(`[data-param][name="${CSS.escape(text.split('=', 1)[0])}"]`);
        if (e) e.value = text.slice(text.indexOf('=') + 1);
      }
    } else if ((name === 'catchup' || name === 'skip') && form.querySelector('[name=missed]')) form.querySelector(`[value=${name}]`).checked = true;
    else if (!all.length) left[name] = value;
    for (const e of all) {
      if ('not' in e.dataset) e.checked = !value;
      else if ('list' in e.dataset) e.checked = [value].flat().includes(e.value);
      else if (e.type === 'radio') e.checked = e.value === String(value);
      else if (e.type === 'checkbox') e.checked = value === true || value === 'true';
      else e.value = e.type === 'date' ? value.slice(0, 10) : e.type === 'datetime-local' && value.length === 10 ? `${value}T00:00` : value;
    }
  }
  return left;
};

// The URL says which dialog is open and what it says, so that a link shows the same.
const own = /^order(\.|$)/;
const remember = (verb, of, body) => {
  const url = new URL(location);
  for (const name of [...url.searchParams.keys()]) if (own.test(name)) url.searchParams.delete(name);
  if (verb) {
    url.searchParams.set('order', `${verb} ${of}`);
    for (const [name, value] of Object.entries(body)) for (const v of [value].flat()) url.searchParams.append(`order.${name}`, v);
  }
  history.replaceState(null, '', url);
};

// reopen opens the dialog that the URL names.
export const reopen = () => {
  const query = new URL(location).searchParams;
  const [verb, of] = (query.get('order') ?? '').split(' ');
  const all = {};
  for (const name of new Set(query.keys())) {
    if (!name.startsWith('order.')) continue;
    const list = query.getAll(name).map((v) => v === 'true' ? true : v);
    all[name.slice(6)] = list.length === 1 && !['interval', 'state', 'only', 'param'].includes(name.slice(6)) ? list[0] : list;
  }
  return open(verb, of, {}, all);
};

export const open = async (verb, of, choice = {}, values = {}) => {
  if (document.querySelector('dialog.order')) return;
  const about = /^\d+$/.test(of) ? `/ops/${of}` : `/p/${of}`;
  const [answer] = await Promise.all([fetch(`${about}/form/${verb}`, { headers: { 'X-Fragment': '1' } }), style()]).catch(() => [null]);
  if (!answer) { toast('There is no connection.', { bad: true }); return; }
  const dialog = document.createElement('dialog');
  dialog.className = 'order';
  dialog.setAttribute('aria-labelledby', 'order-title');
  dialog.innerHTML = await answer.text();
  const form = dialog.querySelector('form');
  if (!form) { toast(dialog.textContent.trim(), { bad: true }); return; }
  const part = (s) => dialog.querySelector(s);
  const chosen = { ...choice, ...fill(form, values) };
  const { word, past } = form.dataset;
  const submit = part('[type=submit]');
  const confirm = part('.confirm input');
  let seen = null;
  let asked = 0;
  const save = part('[value=save]');
  const record = { reason: part('.reason'), override: part('.override') };
  const body = () => ({ ...chosen, ...answers(form) });
  // recorded is what goes on record with the order: guard rails may ask for it.
  const recorded = () => Object.fromEntries(Object.entries(record).map(([name, e]) => [name, e.value]).filter(([, value]) => value));
  // give gives the order, or with dry_run only asks for its plan.
  const give = (more) => {
    const { at = seen.dataset.at, ...rest } = body();
    const path = at ? form.dataset.give.replace(/\/trigger$/, `/intervals/${encodeURIComponent(at)}/trigger`) : form.dataset.give;
    return post(path, { ...rest, ...recorded(), ...more });
  };
  const ready = () => {
    const many = seen?.hasAttribute('data-confirm');
    part('.confirm').hidden = !many;
    save.disabled = !seen || seen.hasAttribute('data-empty');
    submit.disabled = !seen || seen.hasAttribute('data-empty') || many && confirm.value.replaceAll(',', '') !== seen.dataset.rows;
  };
  const plan = async () => {
    const number = ++asked;
    const result = part('.result');
    result.classList.add('busy');
    seen = null;
    ready();
    remember(verb, of, body());
    const text = await fetch(form.dataset.preview, {
      method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Fragment': '1' }, body: JSON.stringify({ order: verb, ...body(), ...recorded() }),
    }).then((r) => r.text(), () => '<p class="failure">There is no connection.</p>');
    if (number !== asked) return; // a later question is on its way
    result.innerHTML = text;
    result.classList.remove('busy');
    seen = result.querySelector('.plan');
    record.override.hidden = !record.override.value && !result.querySelector('[data-overridable]');
    const cells = result.querySelector('.painted');
    painted(cells ? JSON.parse(cells.textContent) : null);
    const rows = Number(seen?.dataset.rows ?? 0);
    submit.textContent = seen?.dataset.noun ? `${word} ${rows.toLocaleString('en')} ${seen.dataset.noun}${rows === 1 ? '' : 's'}` : word;
    part('.confirm b').textContent = String(rows);
    const stripe = result.querySelector('.stripe');
    if (stripe) told(stripe, result.querySelector('.told'));
    ready();
  };
  let timer = 0;
  const soon = () => { clearTimeout(timer); timer = setTimeout(plan, 120); };
  part('.switches').addEventListener('input', soon);
  for (const e of Object.values(record)) e.addEventListener('input', () => { if (!seen || e === record.override) soon(); });
  part('.switches').addEventListener('click', ({ target }) => {
    if (!target.dataset.from) return;
    part('[name=start_date]').value = target.dataset.from;
    part('[name=end_date]').value = target.dataset.to;
    soon();
  });
  confirm.addEventListener('input', ready);
  part('[value=cancel]').addEventListener('click', () => dialog.close());
  form.addEventListener('submit', async (e) => {
    e.preventDefault();
    if (submit.disabled) return;
    submit.disabled = true;
    try {
      const done = await give({ digest: seen.dataset.digest });
      dialog.close();
      said(done, submit.textContent.replace(word, past));
      document.dispatchEvent(new CustomEvent('tidemark:change'));
    } catch (fault) {
      toast(fault.message, { bad: true });
      plan();
    }
  });
  save.addEventListener('click', async () => {
    try {
      const plan = await give({ dry_run: true });
      const file = URL.createObjectURL(new Blob([`${JSON.stringify(plan, null, 2)}\n`], { type: 'application/json' }));
      Object.assign(document.createElement('a'), { href: file, download: `${verb}-${of}.json` }).click();
      URL.revokeObjectURL(file);
      toast(`Saved. Carry out exactly this: tidemark apply ${verb}-${of}.json`);
    } catch (fault) { toast(fault.message, { bad: true }); }
  });
  dialog.addEventListener('close', () => { clearTimeout(timer); asked = -1; remember(); painted(null); dialog.remove(); });
  document.body.append(dialog);
  dialog.showModal();
  plan();
};

// told says of the interval that is pointed at, or walked to, whether it is in and why.
const told = (stripe, line) => {
  const all = [...stripe.children];
  const show = (e) => {
    stripe.querySelector('[aria-selected]')?.removeAttribute('aria-selected');
    if (!e) return;
    e.setAttribute('aria-selected', 'true');
    stripe.setAttribute('aria-activedescendant', e.id);
    line.textContent = e.getAttribute('aria-label');
  };
  for (const kind of ['pointerover', 'click']) stripe.addEventListener(kind, (e) => show(e.target.closest('i')));
  stripe.addEventListener('keydown', (e) => {
    const at = all.indexOf(stripe.querySelector('[aria-selected]'));
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[e.key];
    if (to == null) return;
    e.preventDefault();
    show(all[Math.max(0, Math.min(all.length - 1, to))]);
  });
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
