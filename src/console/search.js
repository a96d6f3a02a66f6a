// Finding a customer: a text field with a list below it, moved through with the arrow keys.
import { byId, element, put, quoted } from './dom.js';
import { ask } from './live.js';
import { trouble } from './actions.js';
import { customerPath, mark, shortKey, tones } from './show.js';
import { named, say } from './words.js';

const wait = 150;
let timer;
let asked = 0;  // only the newest question counts

const field = () => byId('search-text');
const options = () => [...byId('search-found').children];

function open(isOpen) {
  byId('search-box').hidden = !isOpen;
  field().setAttribute('aria-expanded', String(isOpen));
  if (!isOpen) field().removeAttribute('aria-activedescendant');
}

function choose(option) {
  for (const one of options()) one.setAttribute('aria-selected', String(one === option));
  if (option) field().setAttribute('aria-activedescendant', option.id);
  option?.scrollIntoView({ block: 'nearest' });
}

function goTo(option) {
  open(false);
  field().value = '';
  location.hash = customerPath(option.dataset.customer);
}

function show({ items, missing }) {
  byId('search-found').replaceChildren(...items.map((row, place) => {
    const option = element('li', { role: 'option', id: `found-${place}`, 'aria-selected': 'false', 'data-customer': row.customer },
      quoted(shortKey(row.key || row.customer.slice(0, 8)), { class: 'title' }), row.name && quoted(row.name, { class: 'note' }), mark(named('risk', row.risk), tones.risk[row.risk]));
    option.addEventListener('mousedown', (event) => event.preventDefault());  // the field keeps the focus
    option.addEventListener('click', () => goTo(option));
    return option;
  }));
  put(byId('search-told'), items.length === 0 ? say('search.none') : missing?.length ? say('search.part') : say('search.count', { n: items.length }));
  open(true);
  choose(options()[0]);
}

async function find() {
  const text = field().value.trim();
  const mine = ++asked;
  if (!text) return open(false);
  try {
    const page = await ask(`/v1/customers?limit=8&search=${encodeURIComponent(text)}`);
    if (mine === asked) show(page);
  } catch (error) {
    if (mine !== asked) return;
    byId('search-found').replaceChildren();
    put(byId('search-told'), trouble(error));
    open(true);
  }
}

export function wireSearch() {
  field().addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(find, wait);
  });
  field().addEventListener('keydown', (event) => {
    const all = options();
    const at = all.findIndex((one) => one.getAttribute('aria-selected') === 'true');
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      if (all.length) choose(all[(at + (event.key === 'ArrowDown' ? 1 : all.length - 1)) % all.length]);
    }
    if (event.key === 'Escape') {
      event.preventDefault();
      if (byId('search-box').hidden) field().blur();
      field().value = '';
      open(false);
    }
  });
  byId('search').addEventListener('submit', (event) => {
    event.preventDefault();
    const option = options().find((one) => one.getAttribute('aria-selected') === 'true');
    if (option && !byId('search-box').hidden) goTo(option);
    else find();
  });
  field().addEventListener('blur', () => open(false));
}
