// Pages that list: their dialogs, and what is picked in them.
import { order } from './order.js';

document.addEventListener('click', (e) => {
  const b = e.target.closest('[data-order][data-of]');
  if (b) order(b.dataset.order, b.dataset.of, JSON.parse(b.dataset.choice ?? '{}'));
});
