// Wires the page together: what is heard is kept and drawn, the address says what is shown, and the switches of the head work.
import { askWho, closeAsking } from './actions.js';
import { drawCustomer, forgetCustomer, heardOf, openCase, openCustomer } from './customer.js';
import { drawDeaf, fetchDeaf, isAboutDeafness } from './deaf.js';
import { byId, put } from './dom.js';
import { fetchStanding, take } from './known.js';
import { Refusal, listen } from './live.js';
import { me } from './me.js';
import { wireSearch } from './search.js';
import { clockOf } from './show.js';
import { drawToday, wireToday } from './today.js';
import { choose, language, say, sayAll } from './words.js';

let isPlanned = false;

// At most four times a second.
function plan() {
  if (isPlanned) return;
  isPlanned = true;
  setTimeout(() => requestAnimationFrame(draw), 250);
}

function draw() {
  isPlanned = false;
  drawDeaf();
  if (byId('customer').hidden) drawToday(plan);
  else drawCustomer();
}

// ---- the connection ------------------------------------------------------------------------------------------------

let connection = 'connecting';
let lostAt = null;

function tell(state) {
  connection = state;
  if (state === 'lost') lostAt ??= new Date();
  if (state === 'live') lostAt = null;
  const shown = byId('connection');
  shown.dataset.state = lostAt ? 'lost' : state;
  put(shown, say(`connection.${lostAt ? 'lost' : state}`));
  byId('old').hidden = !lostAt;
  if (lostAt) put(byId('old'), say('connection.old', { time: clockOf(lostAt) }));
}

async function start() {
  byId('sign-in').hidden = true;
  try {
    await listen('/v1/stream', {
      tell,
      take(name, row) {
        take(name, row);
        heardOf(name, row);
        if (isAboutDeafness(name, row)) fetchDeaf().then(plan, () => {});
        plan();
      },
      connected: () => Promise.all([fetchStanding(), fetchDeaf()]).then(() => document.body.classList.add('filled'), () => {}).then(plan),
    });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    tell('connecting');
    byId('sign-in').hidden = false;
    put(byId('sign-in-told'), say(error.code === 'token_unknown' ? 'token.wrong' : 'token.why'));
    byId('token').focus();
  }
}

byId('sign-in').addEventListener('submit', (event) => {
  event.preventDefault();
  sessionStorage.setItem('token', byId('token').value);
  start();
  go();
});

// ---- what is shown -------------------------------------------------------------------------------------------------

function go() {
  const [, what, name] = /^#\/(customers|cases)\/(.+)$/.exec(location.hash) ?? [];
  closeAsking();
  byId('today').hidden = Boolean(what);
  byId('customer').hidden = !what;
  if (!what) {
    forgetCustomer();
    document.title = 'Earshot';
    return draw();
  }
  scrollTo(0, 0);
  if (what === 'cases') openCase(name);
  else openCustomer(decodeURIComponent(name));
}

addEventListener('hashchange', (event) => {
  if (location.hash === '#content') return history.replaceState(null, '', new URL(event.oldURL).hash || '#/');
  go();
});
addEventListener('keydown', (event) => {
  if (event.defaultPrevented || byId('asking').open || event.ctrlKey || event.metaKey || event.altKey) return;
  const isTyping = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName);
  if (event.key === '/' && !isTyping) {
    event.preventDefault();
    byId('search-text').focus();
  }
  if (event.key === 'Escape' && !isTyping && location.hash.length > 2) location.hash = '#/';
});
addEventListener('resize', plan);

// ---- the switches --------------------------------------------------------------------------------------------------

const themes = ['auto', 'light', 'dark'];
const symbols = { auto: '◐', light: '○', dark: '●' };

function showTheme() {
  const theme = localStorage.getItem('theme') ?? 'auto';
  document.documentElement.dataset.theme = theme;
  put(byId('theme'), symbols[theme]);
  byId('theme').setAttribute('aria-label', say(`theme.${theme}`));
  byId('theme').title = say(`theme.${theme}`);
}

function sayEverything() {
  sayAll(document);
  put(byId('language'), say('language'));
  byId('language').lang = language() === 'zh' ? 'en' : 'zh-CN';
  put(byId('me'), me() || say('me.none'));
  showTheme();
  tell(connection);
  go();
}

byId('theme').addEventListener('click', () => {
  const theme = localStorage.getItem('theme') ?? 'auto';
  localStorage.setItem('theme', themes[(themes.indexOf(theme) + 1) % themes.length]);
  showTheme();
});
byId('language').addEventListener('click', () => {
  const other = language() === 'zh' ? 'en' : 'zh';
  localStorage.setItem('language', other);
  choose(other);
  sayEverything();
});
byId('me').addEventListener('click', () => askWho());
addEventListener('me', () => {
  put(byId('me'), me() || say('me.none'));
  plan();
});

choose(localStorage.getItem('language') ?? navigator.language);
wireToday(plan);
wireSearch();
sayEverything();
setInterval(plan, 20000);  // deadlines come nearer
setInterval(() => fetchDeaf().then(plan, () => {}), 60000);  // it is told to other partitions than the alert comes from
start();
