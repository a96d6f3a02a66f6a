// What stands now: numbers, open cases, alerts, signals, issues.
import { beside, bring, byId, element, put, quoted } from './dom.js';
import { fact } from './facts.js';
import { alerts, cases, kpis, nameOf, now, signals } from './known.js';
import { me } from './me.js';
import { takeCase } from './actions.js';
import { casePath, customerLink, customerPath, dayOf, dueText, isLate, listOf, mark, nextDeadline, percent, shortKey, span, time, tones } from './show.js';
import { named, say } from './words.js';

const choices = ['all', 'late', 'nobody', 'mine'];
const rowsShown = 60;
const rowsNarrow = 6;
const issuesShown = 12;  // there are no more issue types
const isNarrow = () => matchMedia('(max-width: 759px)').matches;

let chosen = 'all';
const unfolded = new Set();  // lists of which a narrow page shows all
let told = () => {};         // when a name has come

// What stood before the stream began is here: until then no count is right.
const isFilled = () => document.body.classList.contains('filled');

// ---- numbers -------------------------------------------------------------------------------------------------------

const isToday = (row) => Date.parse(row.from) <= now() && now() < Date.parse(row.to);
const dayName = (row) => (isToday(row) ? say('kpi.today') : dayOf(row.from));

function numbers() {
  if (!isFilled()) return ['active', 'late', 'unanswered', 'silent', 'first_response', 'resolved', 'csat', 'nps'].map((kpi) => ({ name: say(`kpi.${kpi}`) }));
  const all = [...cases.values()];
  const late = all.filter((row) => isLate(row, now()));
  const soon = all.filter((row) => !isLate(row, now()) && isLate(row, now() + 3600000));
  const silent = [...signals.values()].filter((row) => row.kind === 'silent');
  const of = (kpi, value, note) => {
    const row = kpis.get(`${kpi} `);
    return { name: say(`kpi.${kpi}`), value: row && value(row), note: row && note(row) };
  };
  return [
    { name: say('kpi.active'), value: all.length, note: say('kpi.now') },
    { name: say('kpi.late'), value: late.length, note: say('kpi.soon', { n: soon.length }), tone: late.length ? 'act' : '' },
    of('unanswered', (row) => row.count, (row) => (row.max ? say('kpi.oldest', { span: span(row.max) }) : say('kpi.now'))),
    { name: say('kpi.silent'), value: silent.length, note: say('kpi.act', { n: silent.filter((row) => row.level === 'act').length }) },
    of('first_response', (row) => (row.p50 === undefined ? undefined : span(row.p50)), (row) => say('kpi.half', { day: dayName(row) })),
    of('resolved', (row) => row.count, dayName),
    of('csat', (row) => (row.value_milli === undefined ? undefined : percent(row.value_milli)), (row) => say('kpi.of', { n: row.count, day: dayName(row) })),
    of('nps', (row) => (row.value_milli === undefined ? undefined : Math.round(row.value_milli / 1000)), (row) => say('kpi.of', { n: row.count, day: dayName(row) })),
  ];
}

function drawNumbers() {
  bring(byId('kpis'), numbers(), {
    key: (one) => one.name,
    sign: (one) => one,
    make: (one) => element('dl', { class: 'kpi', 'data-tone': one.tone }, element('dt', {}, one.name), element('dd', { class: 'value' }, String(one.value ?? '–')), element('dd', { class: 'note' }, one.note ?? ' ')),
  });
}

// ---- lists ---------------------------------------------------------------------------------------------------------

// While somebody points at a list or is within it, rows keep their place: what is new waits, and says so.
function isHeld(panel) {
  const isPointed = matchMedia('(hover: hover)').matches && panel.querySelector('.scroll').matches(':hover');
  return isPointed || panel.querySelector('.scroll').contains(document.activeElement);
}

const order = new Map();  // list → the keys it shows

function held(name, rows, key) {
  const shown = order.get(name);
  const panel = byId(`${name}-panel`);
  const button = byId(`${name}-held`);
  const fresh = shown ? rows.filter((row) => !shown.has(key(row))).length : 0;
  if (!shown || !isHeld(panel) || shown.size === 0) {
    order.set(name, new Map(rows.map((row, place) => [key(row), place])));
    button.hidden = true;
    return rows;
  }
  button.hidden = fresh === 0;
  put(button, say('held', { n: fresh }));
  return rows.filter((row) => shown.has(key(row))).sort((a, b) => shown.get(key(a)) - shown.get(key(b)));
}

function drawList(name, all, { key, sign, make, empty }) {
  const most = isNarrow() && !unfolded.has(name) ? rowsNarrow : rowsShown;
  bring(byId(name), held(name, all, key).slice(0, most), { key, sign, make });
  const nothing = byId(`${name}-empty`);
  nothing.hidden = isFilled() && all.length > 0;
  put(nothing, isFilled() ? empty ?? say(`${name}.none`) : say('loading'));
  const more = byId(`${name}-more`);
  more.hidden = !isNarrow() || all.length <= rowsNarrow;
  put(more, unfolded.has(name) ? say('less') : say('more', { n: Math.min(all.length, rowsShown) }));
}

// ---- cases ---------------------------------------------------------------------------------------------------------

const belongs = {
  all: () => true,
  late: (row) => isLate(row, now()),
  nobody: (row) => !row.owner,
  mine: (row) => row.owner && row.owner === me(),
};

function mayBeTaken(row) {
  return !row.owner || (row.owner === me() && row.state === 'new');
}

function caseRow(row) {
  const due = dueText(nextDeadline(row), now());
  const about = element('td', { class: 'about' },
    element('p', { class: 'title' }, element('a', { href: casePath(row.case), 'data-focus': 'case' }, listOf('issue', row.issues) || named('origin', row.origin)),
      ' ', customerLink(row.customer, nameOf(row.customer, told), { class: 'who', 'data-focus': 'who' })),
    beside({ class: 'note' }, [row.reasons?.[0] && fact(row.reasons[0]), row.product]));
  const owner = element('td', { class: 'owner' },
    element('p', { class: row.owner ? 'title' : 'title nobody' }, row.owner ? quoted(row.owner) : say('owner.none')),
    beside({ class: 'note' }, [row.department && named('department', row.department)]));
  if (mayBeTaken(row)) {
    const button = element('button', { class: 'small', 'data-focus': 'take' }, say('act.take'));
    button.addEventListener('click', () => takeCase(row));
    owner.append(button);
  }
  return element('tr', {},
    element('td', { class: 'due', 'data-tone': due.tone, title: nextDeadline(row) && new Date(nextDeadline(row)).toLocaleString() }, due.text),
    about, owner,
    element('td', { class: 'state' }, mark(named('priority', row.priority), tones.priority[row.priority]), element('p', { class: 'note' }, named('state', row.state))));
}

function drawCases() {
  const all = [...cases.values()].sort((a, b) => (nextDeadline(a) ?? '9').localeCompare(nextDeadline(b) ?? '9') || a.case.localeCompare(b.case));
  put(byId('cases-count'), isFilled() && all.length ? String(all.length) : '');
  for (const button of byId('cases-choice').children) {
    const { choice } = button.dataset;
    button.setAttribute('aria-pressed', String(choice === chosen));
    put(button, isFilled() ? `${say(`cases.${choice}`)} ${all.filter(belongs[choice]).length}` : say(`cases.${choice}`));
  }
  drawList('cases', all.filter(belongs[chosen]), {
    key: (row) => row.case,
    sign: (row) => [row.event, dueText(nextDeadline(row), now()), nameOf(row.customer), me(), say('cases')],
    make: caseRow,
    empty: say(`cases.none.${chosen === 'mine' && !me() ? 'who' : chosen}`),
  });
}

// ---- alerts, signals, issues ---------------------------------------------------------------------------------------

// The case it was about waits for nobody any more.
const isOver = (row) => Boolean(row.case) && isFilled() && !cases.has(row.case);

function alertItem(row) {
  const shown = isOver(row) ? mark(say('alert.over'), 'calm') : mark(named('severity', row.severity), tones.severity[row.severity]);
  const title = element('p', { class: 'title' }, shown, ' ');
  const text = quoted(fact(row.title));
  const path = row.case ? casePath(row.case) : row.customer && customerPath(row.customer);
  title.append(path ? element('a', { href: path, 'data-focus': 'open' }, text) : text);
  return element('li', { class: isOver(row) && 'over' }, title,
    beside({ class: 'note' }, [time(row.at), row.customer && shortKey(nameOf(row.customer, told)), row.owner]));
}

function signalItem(row) {
  const note = element('p', { class: 'note' }, say('signals.since'), ' ', time(row.since));
  if (row.issues?.length) note.append(' · ', listOf('issue', row.issues));
  const reasons = element('ul', { class: 'reasons' }, ...(row.reasons ?? []).map((reason) => element('li', {}, quoted(fact(reason)))));
  return element('li', {},
    element('p', { class: 'title' }, mark(named('kind', row.kind), row.level), ' ', customerLink(row.customer, nameOf(row.customer, told), { class: 'who', 'data-focus': 'who' })), reasons, note);
}

function drawIssues() {
  const rows = [...kpis.values()].filter((row) => row.kpi === 'feedback' && row.dimension?.startsWith('issue_type=') && row.dimension !== 'issue_type=none');
  const newest = Math.max(...[...kpis.values()].filter((row) => row.kpi === 'feedback').map((row) => Date.parse(row.from)));
  const shown = rows.filter((row) => Date.parse(row.from) === newest && row.count > 0).map((row) => ({
    issue: row.dimension.slice('issue_type='.length),
    count: row.count,
    negative: negativeOf(row),
  })).sort((a, b) => b.count - a.count || a.issue.localeCompare(b.issue));
  shown.length = Math.min(shown.length, issuesShown);
  const most = Math.max(1, ...shown.map((one) => one.count));
  const isOld = shown.length > 0 && now() - newest > 86400000;
  put(byId('issues-title'), isOld ? say('issues.of', { day: dayOf(newest) }) : say('issues'));
  bring(byId('issues'), shown, {
    key: (one) => one.issue,
    sign: (one) => [one, most, say('issues')],
    make: (one) => {
      const bar = element('span', { class: 'measure', 'aria-hidden': 'true' }, element('i', {}), element('b', {}));
      bar.children[0].style.width = `${(100 * one.count) / most}%`;
      bar.children[1].style.width = `${(100 * one.negative) / most}%`;
      const line = say('issues.line', { n: one.count, negative: one.negative });
      return element('li', { title: line }, quoted(named('issue', one.issue), { class: 'name' }), bar, element('span', { class: 'number' }, String(one.count)), element('span', { class: 'unseen' }, line));
    },
  });
  byId('issues-empty').hidden = shown.length > 0 || !isFilled();
}

function negativeOf(row) {
  const negative = kpis.get(`feedback_negative ${row.dimension}`);
  return negative && negative.from === row.from ? negative.count : 0;
}

export function drawToday(whenTold) {
  told = whenTold;
  drawNumbers();
  drawCases();
  drawList('alerts', [...alerts.values()].reverse(), {
    key: (row) => row.case ?? row.event, sign: (row) => [row.event, nameOf(row.customer ?? ''), isOver(row), say('alerts')], make: alertItem,
  });
  const standing = [...signals.values()].sort((a, b) => Date.parse(b.since) - Date.parse(a.since));
  put(byId('signals-count'), standing.length ? String(standing.length) : '');
  drawList('signals', standing, { key: (row) => row.signal, sign: (row) => [row.event, nameOf(row.customer), say('signals')], make: signalItem });
  drawIssues();
}

export function wireToday(redraw) {
  for (const choice of choices) {
    const button = element('button', { class: 'plain', 'data-choice': choice });
    button.addEventListener('click', () => {
      chosen = choice;
      order.delete('cases');
      redraw();
    });
    byId('cases-choice').append(button);
  }
  for (const name of ['cases', 'alerts', 'signals']) {
    byId(`${name}-more`).addEventListener('click', () => {
      if (!unfolded.delete(name)) unfolded.add(name);
      redraw();
    });
    byId(`${name}-held`).addEventListener('click', () => {
      order.delete(name);
      redraw();
    });
    const panel = byId(`${name}-panel`);
    panel.addEventListener('pointerleave', redraw);
    panel.addEventListener('focusout', redraw);
  }
}
