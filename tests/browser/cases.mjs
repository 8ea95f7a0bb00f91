// The cases: what a script on a page can see of the gateway's answers. `host` is the page's; that of another origin than
// the stage `app` allows is `localhost`. A call that the browser refuses is a TypeError.

const OTHER = 'localhost';

export const cases = [
  {
    name: 'an allowed origin reads the answer and the headers that are exposed',
    script: async ({ api }) => {
      const response = await fetch(`${api}/app/hello`);
      return [response.status, await response.json(), response.headers.get('x-shown'), response.headers.get('x-hidden')];
    },
    expected: [200, { hello: 'world' }, 'yes', null],
  },
  {
    name: 'another origin reads nothing',
    host: OTHER,
    script: async ({ api }) => (await fetch(`${api}/app/hello`)).status,
    expected: 'TypeError',
  },
  {
    name: 'without CORS no origin reads anything',
    script: async ({ api }) => (await fetch(`${api}/closed/hello`)).status,
    expected: 'TypeError',
  },
  {
    name: 'any origin reads the answer where all are allowed',
    host: OTHER,
    script: async ({ api }) => (await fetch(`${api}/any/hello`)).json(),
    expected: { hello: 'world' },
  },
  {
    name: 'credentials reach the target where they are allowed',
    script: async ({ api }) => {
      const event = await (await fetch(`${api}/app/echo`, { credentials: 'include' })).json();
      return event.cookies;
    },
    expected: ['session=s1'],
  },
  {
    name: 'without credentials no cookie is sent',
    script: async ({ api }) => {
      const event = await (await fetch(`${api}/app/echo`)).json();
      return event.cookies ?? [];
    },
    expected: [],
  },
  {
    name: 'with credentials nothing is read where all origins are allowed',
    script: async ({ api }) => (await fetch(`${api}/any/hello`, { credentials: 'include' })).status,
    expected: 'TypeError',
  },
  {
    name: 'a token comes after a preflight that needs none',
    script: async ({ api, token }) => {
      const response = await fetch(`${api}/app/me`, { headers: { authorization: `Bearer ${token}` } });
      return [response.status, await response.json()];
    },
    expected: [200, { you: 'ada' }],
  },
  {
    name: 'a token is not sent where the preflight does not allow the header',
    script: async ({ api, token }) =>
      (await fetch(`${api}/any/me`, { headers: { authorization: `Bearer ${token}` } })).status,
    expected: 'TypeError',
  },
  {
    name: 'a preflight allows the methods and headers of its list and no others',
    script: async ({ api }) => {
      const status = async (method, headers) =>
        fetch(`${api}/app/hello`, { method, headers }).then(response => response.status, error => error.name);
      return [
        await status('PUT', { 'x-trace': '1' }),
        await status('DELETE'),
        await status('PUT', { 'x-other': '1' }),
      ];
    },
    expected: [200, 'TypeError', 'TypeError'],
  },
  {
    name: 'a page reads a 401 that it gets without a token',
    script: async ({ api }) => {
      const response = await fetch(`${api}/app/me`);
      return [response.status, await response.json()];
    },
    expected: [401, { message: 'Unauthorized' }],
  },
  {
    name: 'a page reads a 401 that it gets with a bad token',
    script: async ({ api }) => {
      const response = await fetch(`${api}/app/me`, { headers: { authorization: 'Bearer a.b.c' } });
      return [response.status, await response.json()];
    },
    expected: [401, { message: 'Unauthorized' }],
  },
  {
    name: 'a page reads a 404',
    script: async ({ api }) => (await fetch(`${api}/app/nothing`)).status,
    expected: 404,
  },
  {
    name: 'server-sent events arrive one by one: the second is sent once the first is there',
    script: ({ api }) => new Promise((resolve, reject) => {
      const seen = [];
      const events = new EventSource(`${api}/app/events`);
      events.onerror = () => reject(new Error('no more events'));
      events.onmessage = ({ data }) => {
        seen.push(data);
        if (seen.length === 2) {
          events.close();
          resolve(seen);
          return;
        }
        fetch(`${api}/app/go`).catch(reject);
      };
    }),
    expected: ['one', 'two'],
  },
  {
    name: 'the origin null reads nothing where only others are allowed',
    isSandboxed: true,
    script: async ({ api }) => (await fetch(`${api}/app/hello`)).status,
    expected: 'TypeError',
  },
  {
    name: 'the origin null reads the answer where it is listed',
    isSandboxed: true,
    script: async ({ api }) => (await fetch(`${api}/sandboxed/hello`)).json(),
    expected: { hello: 'world' },
  },
];
