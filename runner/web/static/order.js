// The dialogs of orders, loaded when the first one opens.

// order opens one. of is a pipeline's name, or the number of an operation that the order is
// about; choice is what it chooses, as the API takes it; values are what its fields begin with.
export const order = (verb, of, choice, values) => import('./dialog.js').then((m) => m.open(verb, of, choice, values));

// exactly makes a regular expression that matches exactly one of the names.
export const exactly = (names) => {
  const safe = names.map((n) => n.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return safe.length === 1 ? `^${safe[0]}$` : `^(${safe.join('|')})$`;
};
