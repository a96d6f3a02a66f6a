// Correcting what the analysis says of a text: a button beside it, and a dialog that asks what it should have said.
import { field, open, tellDone, whoField } from './actions.js';
import { byId, element, quoted } from './dom.js';
import { correct } from './live.js';
import { setMe } from './me.js';
import { dayOf, listOf } from './show.js';
import { named, say } from './words.js';

const sentiments = ['neg', 'neu', 'pos'];
const issues = ['delivery', 'order_error', 'quality', 'authenticity', 'service', 'price', 'billing', 'refund', 'account', 'app', 'technical'];
const urgencies = ['0', '1', '2'];

let number = 0;

// One of several, or any of them, each a press away.
function ticks(title, kind, names, { type, chosen, focus = '', label = (name) => named(kind, name) }) {
  const group = `ticks-${++number}`;
  return element('fieldset', { class: 'ticks' }, title && element('legend', {}, say(title)), ...names.map((name) =>
    element('label', {}, element('input', { type, name: group, value: name, checked: chosen.includes(name), required: type === 'radio', autofocus: name === focus }), label(name))));
}

const tickedOf = (fieldset) => [...fieldset.querySelectorAll('input:checked')].map((one) => one.value);

function caseLabel(id, cases) {
  const one = cases.find((each) => each.case === id);
  return one ? [say('case.number', { id: id.slice(0, 8) }), listOf('issue', one.issues)].filter(Boolean).join(' · ') : say('relabel.case.none');
}

function askFor(row, cases) {
  const sentiment = ticks('relabel.sentiment', 'sentiment', sentiments,
    { type: 'radio', chosen: [row.sentiment], focus: sentiments.includes(row.sentiment) ? row.sentiment : sentiments[0] });
  const issue = ticks('relabel.issues', 'issue', issues, { type: 'checkbox', chosen: row.issues ?? [] });
  const urgency = ticks('relabel.urgency', 'urgent', urgencies, { type: 'radio', chosen: [String(row.urgency ?? 0)] });
  const leaves = ticks('', 'leaves', ['yes'], { type: 'checkbox', chosen: [] });
  const about = cases.length > 0 && ticks('relabel.case', 'case', ['', ...cases.map((one) => one.case)],
    { type: 'radio', chosen: [''], label: (id) => caseLabel(id, cases) });
  const who = whoField();
  open({
    title: [say('relabel')],
    why: quoted([row.title, row.text].filter(Boolean).join(' — ')),
    fields: [sentiment, issue, urgency, leaves, about, field(say('me.label'), who)],
    button: say('relabel.keep'),
    async send() {
      const actor = who.value.trim();
      const said = { sentiment: tickedOf(sentiment)[0], issues: tickedOf(issue), urgency: Number(tickedOf(urgency)[0]) };
      const target = about && tickedOf(about)[0];
      const answer = await correct({ actor, source: row.source, id: row.id, ...said, leaves: tickedOf(leaves).length > 0, ...target && { case: target } });
      setMe(actor);
      tellDone(answer.accepted ? say('relabel.done') : say('act.later'));
      if (!answer.accepted) return;
      Object.assign(row, said, { corrected_by: actor });
      byId('asking').addEventListener('close', () => dispatchEvent(new Event('corrected')), { once: true });  // the focus is back by then
    },
  });
}

// Beside a text that has a name to correct it by.
export function relabelButton(row, what, cases) {
  if (!row.id || !(row.title || row.text)) return '';
  const made = element('button', { class: 'plain small', 'data-focus': `correct ${row.source} ${row.id}`, 'aria-label': say('relabel.of', { what, day: dayOf(row.at) }) }, say('relabel.button'));
  made.addEventListener('click', () => askFor(row, cases));
  return made;
}
