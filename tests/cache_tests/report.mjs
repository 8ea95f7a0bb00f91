// What a run prints: the scores beside those of well-known caches, and the required tests that did not pass.

import { REASONS } from './reasons.mjs';

// Shown on https://cache-tests.fyi for a newer suite than the one on npm.
const NEWER_SUITE = 'With the newer suite of cache-tests.fyi: Varnish 138/49, nginx 115/66, Apache 141/69 of 160/105.';

// `recorded`: the rows below the gateway's own, [name, scores] each.
export function report(title, tests, scores, recorded) {
  const lines = [
    row(title, Object.keys(scores)),
    ...[['Tollgate', scores], ...recorded].map(([name, scores]) => (
      row(name, Object.values(scores).map(({ passed, total }) => `${passed}/${total}`)))),
    NEWER_SUITE,
    '',
    'Required tests that did not pass:',
    ...tests.filter(test => test.kind === 'required' && test.result !== 'passed').map(described),
  ];
  return lines.join('\n');
}

function row(name, cells) {
  return name.padEnd(28) + cells.map(cell => cell.padStart(11)).join('');
}

function described({ id, result, message }) {
  const why = REASONS[id] ? `\n    ${REASONS[id]}` : '';
  return `  ${id.padEnd(49)} ${result === 'setup' ? '(setup) ' : ''}${message}${why}`;
}
