// Acting on a case: a small dialog that asks for what the action needs, and says what became of it.
import { byId, element, put, quoted } from './dom.js';
import { knownHandles } from './known.js';
import { act } from './live.js';
import { me, setMe } from './me.js';
import { named, say } from './words.js';

const resolutions = ['fixed', 'refunded', 'replaced', 'explained', 'no_answer'];
const causes = ['product', 'process', 'delivery', 'service', 'misunderstanding', 'other'];

// What a refusal means for a person, with the remedy.
export function trouble(error) {
  if (error.status === 503) return say('trouble.busy');
  const key = `trouble.${error.code}`;
  const text = say(key);
  return text === key ? say('trouble.other', { detail: error.detail || error.message }) : text;
}

let last;
export function tellDone(text) {
  put(byId('told'), text);
  byId('told').classList.add('shown');
  clearTimeout(last);
  last = setTimeout(() => byId('told').classList.remove('shown'), 6000);
}

export function closeAsking() {
  if (byId('asking').open) byId('asking').close();
}

let number = 0;
export function field(label, made) {
  made.id = `field-${++number}`;
  return element('p', { class: 'field' }, element('label', { for: made.id }, label), made);
}

const select = (kind, names) => element('select', {}, ...names.map((name) => element('option', { value: name }, named(kind, name))));

export function whoField() {
  const made = element('input', { list: 'handles', autocomplete: 'off', spellcheck: 'false', required: true, maxlength: '128' });
  made.value = me();
  return made;
}

// Asks, and calls `send` with what was filled in until it succeeds or the person gives up.
export function open({ title, why, fields, button, send }) {
  const told = element('p', { class: 'trouble', role: 'alert' });
  const cancel = element('button', { type: 'button', class: 'plain' }, say('act.cancel'));
  const go = element('button', { type: 'submit' }, button);
  const form = element('form', {}, element('h2', { id: 'asking-title' }, ...title), why && element('p', { class: 'note' }, why), ...fields,
    element('datalist', { id: 'handles' }, ...knownHandles().map((handle) => element('option', { value: handle }))),
    told, element('p', { class: 'buttons' }, cancel, go));
  cancel.addEventListener('click', closeAsking);
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    go.disabled = true;
    put(told, '');
    try {
      await send();
      closeAsking();
    } catch (error) {
      put(told, trouble(error));
    }
    go.disabled = false;
  });
  const dialog = byId('asking');
  dialog.setAttribute('aria-labelledby', 'asking-title');
  dialog.replaceChildren(form);
  dialog.showModal();
  if (!form.querySelector('[autofocus]')) [...form.querySelectorAll('input, textarea')].find((one) => !one.value)?.focus();
}

export function askWho() {
  const who = whoField();
  who.required = false;
  open({ title: [say('me.none')], why: say('me.why'), fields: [field(say('me.label'), who)], button: say('show'), send: async () => setMe(who.value.trim()) });
}

async function send(row, action, done) {
  const answer = await act(row.case, action);
  tellDone(answer.accepted ? done : say('act.later'));
  dispatchEvent(new CustomEvent('acted', { detail: row }));
}

function openFor(row, kind, { fields = [], values }) {
  const who = whoField();
  open({
    title: [say(`act.${kind}`), ' · ', quoted(say('case.number', { id: row.case.slice(0, 8) }))],
    why: say(`act.${kind}.why`),
    fields: [...fields, field(say('me.label'), who)],
    button: say(`act.${kind === 'reply' ? 'send' : kind}`),
    async send() {
      const actor = who.value.trim();
      await send(row, { action: kind, actor, ...values() }, say(`act.done.${kind}`));
      setMe(actor);
    },
  });
}

// Whoever has said who they are takes a case with one press.
export async function takeCase(row) {
  if (!me()) return openFor(row, 'take', { values: () => ({}) });
  try {
    await send(row, { action: 'take', actor: me() }, say('act.done.take'));
  } catch (error) {
    openFor(row, 'take', { values: () => ({}) });
    put(byId('asking').querySelector('.trouble'), trouble(error));
  }
}

export function replyTo(row) {
  const text = element('textarea', { rows: '5', required: true, maxlength: '4000' });
  openFor(row, 'reply', { fields: [field(say('act.text'), text)], values: () => ({ text: text.value }) });
}

export function resolveCase(row) {
  const text = element('textarea', { rows: '4', required: true, maxlength: '4000' });
  const resolution = select('resolution', resolutions);
  const cause = select('cause', causes);
  openFor(row, 'resolve', {
    fields: [field(say('act.text'), text), field(say('act.resolution'), resolution), field(say('act.cause'), cause)],
    values: () => ({ text: text.value, resolution: resolution.value, cause: cause.value }),
  });
}
