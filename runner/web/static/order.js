// A dialog that plans an order, shows the plan, and gives the order that was shown.
import { post, toast } from './app.js';

const switches = {
  clear: [['past', 'Past'], ['future', 'Future'], ['upstream', 'Upstream'], ['downstream', 'Downstream'], ['only_failed', 'Only failed'], ['stop', 'Stop running']],
};
const titles = { clear: ['Clear task instances', 'They go back to waiting, and run again with the pipeline as it is now.', 'Clear'] };

const make = (html) => {
  const t = document.createElement('template');
  t.innerHTML = html;
  return t.content;
};

// order opens the dialog. choice is what the order chooses, as the API takes it; paint is
// told which cells the plan touches.
export const order = (verb, pipeline, choice, { on = {}, paint = () => {} } = {}) => {
  const [title, about, word] = titles[verb];
  const dialog = document.createElement('dialog');
  dialog.className = 'order';
  dialog.setAttribute('aria-label', title);
  dialog.append(make(`<form method="dialog"><h2></h2><p class="quiet about"></p><div class="switches"></div>
    <div class="result" aria-live="polite"></div>
    <div class="foot"><input class="reason" placeholder="reason, for the record" aria-label="Reason" autocomplete="off">
    <label class="confirm" hidden>type <b></b> <input size="8" inputmode="numeric" autocomplete="off"></label>
    <button type="button" value="cancel">Cancel</button><button type="submit" class="danger" disabled></button></div></form>`));
  const part = (s) => dialog.querySelector(s);
  part('h2').textContent = title;
  part('.about').textContent = about;
  for (const [name, text] of switches[verb]) {
    const label = Object.assign(document.createElement('label'), { className: 'check' });
    const box = Object.assign(document.createElement('input'), { type: 'checkbox', name, checked: on[name] ?? name === 'stop' });
    label.append(box, text);
    part('.switches').append(label);
  }
  const submit = part('[type=submit]');
  const confirm = part('.confirm input');
  let seen = null;
  let asked = 0;
  const body = () => {
    const b = { ...choice };
    for (const [name] of switches[verb]) {
      const checked = part(`[name=${name}]`).checked;
      if (name === 'stop') b.no_running = !checked;
      else if (checked) b[name] = true;
    }
    if (!b.no_running) delete b.no_running;
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
    paint(cells ? JSON.parse(cells.textContent) : null);
    const rows = Number(seen?.dataset.rows ?? 0);
    submit.textContent = seen ? `${word} ${rows.toLocaleString('en')} ${seen.dataset.noun}${rows === 1 ? '' : 's'}` : word;
    part('.confirm b').textContent = String(rows);
    ready();
  };
  let timer = 0;
  part('.switches').addEventListener('change', () => { clearTimeout(timer); timer = setTimeout(plan, 120); });
  confirm.addEventListener('input', ready);
  part('[value=cancel]').addEventListener('click', () => dialog.close());
  part('form').addEventListener('submit', async (e) => {
    e.preventDefault();
    if (submit.disabled) return;
    submit.disabled = true;
    try {
      const done = await post(`/api/v1/pipelines/${pipeline}/${verb}`, { ...body(), reason: part('.reason').value, digest: seen.dataset.digest });
      dialog.close();
      said(done, submit.textContent);
      document.dispatchEvent(new CustomEvent('tidemark:change'));
    } catch (fault) {
      toast(fault.message, { bad: true });
      plan();
    }
  });
  dialog.addEventListener('close', () => { paint(null); dialog.remove(); });
  document.body.append(dialog);
  dialog.showModal();
  plan();
};

const said = (done, text) => {
  if (done.operation == null) { toast('There was nothing to do.'); return; }
  toast(`${text.replace(/^Clear/, 'Cleared')} · operation ${done.operation}`, {
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
