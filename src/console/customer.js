// One customer: who they are, how their silence goes on, why they are at risk, their cases, and everything that happened.
import { takeCase, replyTo, resolveCase, trouble } from './actions.js';
import { beside, bring, byId, element, quoted } from './dom.js';
import { fact } from './facts.js';
import { drawForecast } from './forecast.js';
import { now } from './known.js';
import { ask } from './live.js';
import { me } from './me.js';
import { customerPath, dueText, listOf, longDayOf, mark, momentOf, shortKey, span, time, tones } from './show.js';
import { drawTimeline } from './timeline.js';
import { named, say } from './words.js';

let shown = null;   // { key, case, answer, forecast, trouble }
let asked = 0;
let timer;

export function forgetCustomer() {
  shown = null;
  ++asked;
}

export async function openCase(id) {
  const mine = ++asked;
  shown = { key: '', case: id };
  drawCustomer();
  try {
    const { now: row } = await ask(`/v1/cases/${id}`);
    if (mine === asked) openCustomer(row.customer, row);
  } catch (error) {
    fail(mine, error);
  }
}

export async function openCustomer(key, row) {
  const isSame = shown?.answer && shown.key === key;
  shown = isSame ? { ...shown, case: row?.case, row } : { key, case: row?.case, row };
  drawCustomer();
  await look();
  byId('customer').querySelector('h2')?.focus({ preventScroll: true });
}

async function look() {
  if (!shown?.key) return;
  const mine = ++asked;
  const path = `/v1/customers/${encodeURIComponent(shown.key)}`;
  try {
    const [answer, forecast, whole] = await Promise.all([ask(path), ask(`${path}/forecast`), shown.case && ask(`/v1/cases/${shown.case}`)]);
    if (mine !== asked) return;
    Object.assign(shown, { answer, forecast, trouble: '' });
    if (whole) shown.row = whole.now;
    drawCustomer();
  } catch (error) {
    fail(mine, error);
  }
}

function fail(mine, error) {
  if (mine !== asked) return;
  shown.trouble = error.status === 404 ? 'none' : trouble(error);
  drawCustomer();
}

// Looks again when something of this customer has happened.
export function heardOf(name, row) {
  if (!shown?.answer || row.customer !== shown.answer.customer) return;
  clearTimeout(timer);
  timer = setTimeout(look, 300);
}
addEventListener('acted', ({ detail }) => heardOf('case', detail));
addEventListener('me', () => shown && drawCustomer());
addEventListener('corrected', () => shown && drawCustomer());

// ---- parts ---------------------------------------------------------------------------------------------------------

const titleOf = (answer) => shortKey(answer.keys.find((one) => one.key)?.key ?? answer.customer.slice(0, 8));

function mood(answer) {
  if (answer.feedback_count === 0) return '–';
  const permille = answer.sentiment_permille;
  return say(permille > 250 ? 'mood.good' : permille < -250 ? 'mood.bad' : 'mood.mixed');
}

function head(answer) {
  const facts = [
    ['customer.last', answer.last_heard ? say('customer.ago', { span: span(now() - Date.parse(answer.last_heard)) }) : '–'],
    ['customer.first', longDayOf(answer.first_seen)],
    ['customer.days', String(answer.activity_days)],
    ['customer.said', say('customer.said.of', { n: answer.feedback_count, negative: answer.negative_count })],
    ['customer.mood', mood(answer)],
  ];
  const names = [...new Set(answer.keys.flatMap((one) => [one.key, one.name]).filter(Boolean))];
  return element('header', { class: 'panel who-head' },
    element('div', { class: 'who-name' },
      element('h2', { tabindex: '-1' }, quoted(titleOf(answer)), ' ', mark(named('risk', answer.risk), tones.risk[answer.risk])),
      beside({ class: 'note keys' }, names)),
    element('dl', { class: 'facts' }, ...facts.map(([name, value]) => element('div', {}, element('dt', {}, say(name)), element('dd', {}, value)))));
}

function why(answer) {
  const items = answer.signals.map((row) => element('li', {},
    element('p', { class: 'title' }, mark(named('kind', row.kind), row.level), ' ', element('span', { class: 'note' }, say('signals.since'), ' ', time(row.since))),
    element('ul', { class: 'reasons' }, ...(row.reasons ?? []).map((reason) => element('li', {}, quoted(fact(reason)))))));
  return element('section', { class: 'panel', 'aria-label': say('why') }, element('header', {}, element('h2', {}, say('why'))),
    items.length ? element('ol', {}, ...items) : element('p', { class: 'empty' }, say('why.none')));
}

function button(kind, row, press) {
  const made = element('button', { class: kind === 'resolve' ? '' : 'plain edged', 'data-focus': kind }, say(`act.${kind}`));
  made.addEventListener('click', () => press(row));
  return made;
}

function steps(row) {
  const list = element('ol', { class: 'steps' });
  const made = element('details', {}, element('summary', {}, say('case.steps')), list);
  made.addEventListener('toggle', async () => {
    if (!made.open) return;
    try {
      const { history } = await ask(`/v1/cases/${row.case}`);
      list.replaceChildren(...history.map((one) => {
        const item = beside({}, [element('span', {}, named('step', one.step)), one.actor || one.owner, one.note]);
        item.prepend(time(one.at), ' ');
        return element('li', {}, item);
      }));
    } catch (error) {
      list.replaceChildren(element('li', { class: 'trouble' }, trouble(error)));
    }
  });
  return made;
}

function caseCard(row) {
  const isOver = ['resolved', 'closed', 'merged'].includes(row.state);
  const due = (name, at) => {
    const { text, tone } = dueText(at, now());
    return at && !isOver && element('div', {}, element('dt', {}, say(name)), element('dd', { class: 'due', 'data-tone': tone, title: momentOf(at) }, text));
  };
  const isMine = row.owner && row.owner === me();
  return element('article', { class: 'case', 'data-chosen': row.case === shown.case },
    element('p', { class: 'title' }, element('strong', {}, listOf('issue', row.issues) || named('origin', row.origin)), ' ',
      mark(named('priority', row.priority), tones.priority[row.priority]), ' ', mark(named('state', row.state))),
    beside({ class: 'note' }, [say('case.number', { id: row.case.slice(0, 8) }), row.reasons?.[0] && fact(row.reasons[0])]),
    element('dl', { class: 'facts' },
      element('div', {}, element('dt', {}, say('cases.owner')), element('dd', {}, row.owner ? quoted(row.owner) : say('owner.none'))),
      element('div', {}, element('dt', {}, say('case.department')), element('dd', {}, quoted(named('department', row.department)))),
      element('div', {}, element('dt', {}, say('case.opened')), element('dd', {}, time(row.opened_at))),
      due('case.first_reply', row.first_reply_due), due('case.resolution', row.resolution_due)),
    !isOver && element('p', { class: 'buttons' }, (!isMine || row.state === 'new') && button('take', row, takeCase), button('reply', row, replyTo), button('resolve', row, resolveCase)),
    steps(row));
}

function drawCases(answer) {
  const all = [...answer.cases];
  if (shown.row && !all.some((one) => one.case === shown.row.case)) all.push(shown.row);  // one that is closed
  all.sort((a, b) => (b.case === shown.case) - (a.case === shown.case) || Date.parse(b.opened_at) - Date.parse(a.opened_at));
  bring(byId('customer-cases'), all, {
    key: (row) => row.case,
    sign: (row) => [row.event, row.case === shown.case, me(), say('cases'), dueText(row.first_reply_due, now()).text, dueText(row.resolution_due, now()).text],
    make: caseCard,
  });
  byId('customer-cases-empty').hidden = all.length > 0;
}

// ---- the whole -----------------------------------------------------------------------------------------------------

function frame() {
  const root = byId('customer');
  if (root.querySelector('.columns')) return;
  const panel = (id, title, ...children) => element('section', { class: 'panel', 'aria-labelledby': `${id}-title` }, element('header', {}, element('h2', { id: `${id}-title` }, title)), ...children);
  root.replaceChildren(element('p', { class: 'back' }, element('a', { href: '#/' }, '← ', element('span', { 'data-part': 'back' }))),
    element('div', { 'data-part': 'head' }),
    element('div', { class: 'columns' },
      element('div', {}, panel('forecast', '', element('figure', { id: 'forecast' })), panel('timeline', '', element('div', { id: 'timeline' }))),
      element('div', {}, element('div', { 'data-part': 'why' }), panel('customer-cases', '', element('div', { id: 'customer-cases' }), element('p', { class: 'empty', id: 'customer-cases-empty', hidden: true })))));
}

function drawTrouble() {
  const root = byId('customer');
  const [title, remedy] = shown.trouble === 'none' ? [say('customer.none'), say('customer.none.remedy')] : [shown.trouble, ''];
  root.replaceChildren(element('p', { class: 'back' }, element('a', { href: '#/' }, '← ', say('back'))),
    element('div', { class: 'panel' }, element('h2', { tabindex: '-1' }, title), remedy && element('p', { class: 'empty' }, remedy)));
}

function part(name, sign, make) {
  bring(byId('customer').querySelector(`[data-part="${name}"]`), [name], { key: (one) => one, sign: () => sign, make });
}

export function drawCustomer() {
  if (!shown) return;
  if (shown.trouble) return drawTrouble();
  if (!shown.answer) return byId('customer').replaceChildren(element('p', { class: 'empty', role: 'status' }, say('loading')));
  frame();
  const { answer, forecast } = shown;
  document.title = `${titleOf(answer)} · Earshot`;
  byId('customer').querySelector('[data-part="back"]').textContent = say('back');
  byId('forecast-title').textContent = say('forecast');
  byId('timeline-title').textContent = say('timeline');
  byId('customer-cases-title').textContent = say('customer.cases');
  byId('customer-cases-empty').textContent = say('customer.cases.none');
  part('head', [{ ...answer, timeline: 0 }, say('why'), Math.floor(now() / 60000)], () => head(answer));
  part('why', [answer.signals, say('why')], () => why(answer));
  drawCases(answer);
  drawForecast(byId('forecast'), forecast, now());
  drawTimeline(byId('timeline'), answer.timeline, answer.cases);
}
