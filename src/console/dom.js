// Makes elements. What customers and agents wrote only ever becomes text, never markup: nothing here parses HTML, and the
// page's security policy forbids it to.

function build(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null && value !== false) made.setAttribute(name, value === true ? '' : value);
  }
  made.append(...children.flat().filter((child) => child !== undefined && child !== null && child !== false && child !== ''));
  return made;
}

export function element(tag, attributes = {}, ...children) {
  return build(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes = {}, ...children) {
  return build(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children);
}

// A text of others, isolated, so that one written from right to left turns nothing around it.
export function quoted(text, attributes = {}) {
  return element('bdi', attributes, String(text ?? ''));
}

// Several, one beside the other.
export function beside(attributes, texts) {
  const made = element('p', attributes);
  for (const text of texts.filter(Boolean)) made.append(made.childNodes.length ? ' · ' : '', text instanceof Node ? text : quoted(text));
  return made;
}

const signs = new WeakMap();

// Brings a list up to date. A row that says the same stays the same element, so focus, selection and place stay too; `sign` is
// all that a row says.
export function bring(parent, rows, { key, sign, make }) {
  const focused = parent.contains(document.activeElement) ? document.activeElement : null;
  const focusedRow = focused?.closest('[data-key]')?.dataset.key;
  const old = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  let next = parent.firstElementChild;
  for (const row of rows) {
    const name = String(key(row));
    const text = JSON.stringify(sign(row));
    let node = old.get(name);
    old.delete(name);
    if (!node || signs.get(node) !== text) {
      const made = make(row);
      made.dataset.key = name;
      signs.set(made, text);
      if (node) {
        if (node === next) next = made;
        node.replaceWith(made);
      }
      node = made;
    }
    if (node === next) next = node.nextElementSibling;
    else parent.insertBefore(node, next);
  }
  for (const gone of old.values()) gone.remove();
  if (!focused || parent.contains(document.activeElement)) return;
  const row = [...parent.children].find((child) => child.dataset.key === focusedRow);
  const again = row?.querySelector(`[data-focus="${focused.dataset.focus}"]`) ?? row?.querySelector('a, button');
  again?.focus({ preventScroll: true });
}

export const byId = (id) => document.getElementById(id);

// Sets a text only when it changes, so that a live region is not read out again.
export function put(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
