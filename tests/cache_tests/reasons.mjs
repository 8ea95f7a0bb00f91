// Why the required tests do not pass that are known not to: what the suite's own words do not say.

const NO_ANSWER = 'answered 502 itself, where the suite wants a header of the origin, which gave no answer';
const FRAMED = 'a function URL says Content-Length and Date itself';
const COOKIES = 'what sets a cookie is kept only if it says public';

export const REASONS = {
  'age-parse-prefix': 'Age: 0,7200 is no number: nobody can tell how old the answer is',
  'stale-close-must-revalidate': NO_ANSWER,
  'stale-close-proxy-revalidate': NO_ANSWER,
  'stale-close-no-cache': NO_ANSWER,
  'stale-close-s-maxage=2': NO_ANSWER,
  'headers-store-Content-Length': FRAMED,
  'headers-store-Set-Cookie': COOKIES,
  '304-etag-update-response-Content-Length': FRAMED,
  '304-etag-update-response-Set-Cookie': COOKIES,
  'other-date-update': FRAMED,
  'surrogate-fresh-cc-nostore': 'no Surrogate-Capability is sent, so the origin sends no Surrogate-Control',
};
