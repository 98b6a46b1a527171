import { afterAll, beforeAll, expect, test } from 'vitest';
import { House } from '../testing/house.ts';

const house = new House();
// biome-ignore lint/suspicious/noExplicitAny: a whole OpenAPI document
let document: any;

beforeAll(async () => {
  await house.start();
  document = (await house.call('GET', '/openapi.json')).body;
}, 60_000);
afterAll(() => house.stop());

interface Described {
  $ref?: string;
  type?: string;
  enum?: unknown[];
  const?: unknown;
  pattern?: string;
  maxLength?: number;
  maxItems?: number;
  properties?: Record<string, Described>;
  patternProperties?: Record<string, Described>;
  additionalProperties?: Described | boolean;
  items?: Described;
  anyOf?: Described[];
  allOf?: Described[];
}

/** What has its bound elsewhere, and where. */
const ELSEWHERE: [what: RegExp, where: string][] = [
  [/^post \/v3\/\{project_id\}\/traces body\.traces/, 'traces are read one by one, with bounds of their own'],
  [/\.extension\.header\.\*$/, 'headers are 10, of 1,024 characters together'],
  [
    /^post \/v3\/auth\/tokens body\.auth\.identity\.token\.id$/,
    'what is longer than a token is no token: 401',
  ],
  [/\/publish body\.(message|message_structure)$/, 'a message has 256 kB, which are no characters'],
  [/\/publish body\.tags\.\*$/, 'values of a template are 90, of 1,024 bytes each'],
  [/\/message_template(\/\{template_id\})? body\.content$/, 'a template has 256 kB, which are no characters'],
  [/\/attributes\/\{name\} body\.value$/, 'attributes of a topic have bounds in bytes, each its own'],
];

/** Whether a pattern matches no text of any length: outside of classes, and of what only looks ahead, nothing repeats freely. */
function isBounded(pattern: string): boolean {
  let rest = pattern.replaceAll(/\\[pP]\{[^}]*\}|\\./g, 'x').replaceAll(/\[[^\]]*\]/g, 'x');
  for (let before = ''; before !== rest; ) {
    before = rest;
    rest = rest.replaceAll(/\(\?[!=]([^()]|\([^()]*\))*\)/g, '');
  }
  return rest.startsWith('^') && rest.endsWith('$') && !/[*+]|\{\d+,\}/.test(rest);
}

test('a pattern is bounded when nothing in it repeats freely', () => {
  expect(['^[a+*]{1,64}$', '^(?!.*x)[a-z]{3}$', '^$|^a?$'].map(isBounded)).toEqual([true, true, true]);
  expect(['^[a]*$', '^a+$', 'a', '^a{3,}$'].map(isBounded)).toEqual([false, false, false, false]);
});

test('every list and every text of a request has a bound', () => {
  const unbounded: string[] = [];
  const met = new Set<RegExp>();
  const tell = (where: string) => {
    const known = ELSEWHERE.find(([what]) => what.test(where));
    if (known) met.add(known[0]);
    else unbounded.push(where);
  };
  const look = (schema: Described | undefined, where: string): void => {
    if (!schema) return;
    if (schema.$ref) {
      const name = schema.$ref.split('/').at(-1) as string;
      if (!ELSEWHERE.some(([what]) => what.test(where))) look(document.components.schemas[name], where);
      return;
    }
    const { type, maxItems, maxLength, pattern } = schema;
    if (type === 'array' && maxItems === undefined) tell(where);
    const isChosen = schema.enum !== undefined || schema.const !== undefined;
    const isShort = maxLength !== undefined || (pattern !== undefined && isBounded(pattern));
    if (type === 'string' && !isChosen && !isShort) tell(where);
    for (const [name, member] of Object.entries(schema.properties ?? {})) look(member, `${where}.${name}`);
    for (const member of Object.values(schema.patternProperties ?? {})) look(member, `${where}.*`);
    if (typeof schema.additionalProperties === 'object') look(schema.additionalProperties, `${where}.*`);
    look(schema.items, `${where}[]`);
    for (const one of [...(schema.anyOf ?? []), ...(schema.allOf ?? [])]) look(one, where);
  };
  for (const [path, operations] of Object.entries<Record<string, Operation>>(document.paths)) {
    for (const [method, { parameters = [], requestBody }] of Object.entries(operations)) {
      // A part of a path is bounded by the router.
      for (const one of parameters) if (one.in !== 'path') look(one.schema, `${method} ${path} ${one.name}`);
      for (const { schema } of Object.values(requestBody?.content ?? {}))
        look(schema, `${method} ${path} body`);
    }
  }
  expect(unbounded).toEqual([]);
  expect(ELSEWHERE.filter(([what]) => !met.has(what))).toEqual([]);
});

interface Operation {
  parameters?: { in: string; name: string; schema: Described }[];
  requestBody?: { content: Record<string, { schema: Described }> };
}
