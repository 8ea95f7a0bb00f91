// What the suite's raw results say, counted as the suite counts.

// The suite's kinds under clearer words. `required`: else it is no conforming cache. `optional`: else it asks
// the origin more often than it must. `behaviour`: neither is wrong.
const KINDS = { required: 'required', optimal: 'optional', check: 'behaviour' };

const PASSED = ['✅', 'Y'];
const NOT_ASKED = ['🔹', '↻', '⁉️'];

// → [{ id, name, kind, result, message }] of all tests; the message only of those that did not pass.
//
// A `result` is passed, failed, or setup: what the test's question stands on failed already.
export function judge(suite, results) {
  return suite.tests().map(({ id, name, kind }) => {
    const result = outcome(suite.symbol(id, results));
    return { id, name, kind: KINDS[kind], result, message: results[id]?.[1] };
  });
}

function outcome(symbol) {
  if (PASSED.includes(symbol)) {
    return 'passed';
  }
  return NOT_ASKED.includes(symbol) ? 'setup' : 'failed';
}

// → { required: { passed, total }, optional: …, behaviour: … }
export function scores(tests) {
  return Object.fromEntries(Object.values(KINDS).map(kind => {
    const ofKind = tests.filter(test => test.kind === kind);
    return [kind, { passed: ofKind.filter(test => test.result === 'passed').length, total: ofKind.length }];
  }));
}
