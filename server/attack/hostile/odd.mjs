// Odd values of every kind, drawn by a seeded generator, so that a run can be repeated.

/** Mulberry32: numbers in [0, 1). */
export function randomness(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const below = (count) => Math.floor(next() * count);
  return {
    next,
    below,
    chance: (share) => next() < share,
    pick: (list) => list[below(list.length)],
  };
}

const TEXTS = [
  '',
  ' ',
  '0',
  '-1',
  'null',
  'true',
  '[]',
  '{}',
  '1e308',
  '9223372036854775808',
  'NaN',
  '%00',
  '\u0000',
  '\ud800',
  '\u202e\u2066',
  'a\r\nx-evil: 1',
  '../../etc/passwd',
  '..%2f..%2f',
  "' OR 1=1 --",
  '{project:String}',
  '<script>alert(1)</script>',
  '=cmd()',
  '云服务器',
  '😀'.repeat(8),
  '__proto__',
  'constructor',
  'password=hunter2&token=abc',
  '"access_token":"abc',
  '*:*:*',
  'opencts:*:*',
  'cts:*:*',
  'system',
  'admin',
  'default',
  'eu-de',
  'local',
];

/** @param known ids and names that the service has told */
export function oddText(random, known) {
  if (known.length > 0 && random.chance(0.4)) return random.pick(known);
  if (random.chance(0.05))
    return random.pick(['%', "'", '\\', '"', '*', 'a', 'é']).repeat(random.below(9000));
  return random.pick(TEXTS);
}

export function oddValue(random, known, depth = 3) {
  switch (random.below(12)) {
    case 0:
      return null;
    case 1:
      return random.chance(0.5);
    case 2:
      return random.pick([0, -1, 1, 1.5, 2 ** 53, 1e308, Date.now(), 4294967296, 30, 1000]);
    case 3:
      return depth > 0
        ? Array.from({ length: random.below(4) }, () => oddValue(random, known, depth - 1))
        : [];
    case 4:
      return depth > 0
        ? Object.fromEntries(
            Array.from({ length: random.below(4) }, () => [
              oddText(random, known),
              oddValue(random, known, depth - 1),
            ]),
          )
        : {};
    default:
      return oddText(random, known);
  }
}

const MOST_LONG_WORDS = 100;

/** JSON texts that no serialiser writes; `text` is an ordinary one of the same route. */
export function oddJson(random, text) {
  const depth = random.pick([70, 5000, 100_000]);
  // A text may hold thousands of words: all of them long would be more than a string can be.
  let left = MOST_LONG_WORDS;
  const long = () => `"${'x'.repeat(random.below(100_000))}"`;
  const texts = [
    () => '['.repeat(depth) + ']'.repeat(depth),
    () => '{"a":'.repeat(depth),
    () => `${text.slice(0, -1)},"x":${'['.repeat(depth)}${']'.repeat(depth)}}`,
    () => text.slice(0, random.below(text.length + 1)),
    () => text.replaceAll(/"[^"]*"/g, (word) => (random.chance(0.2) ? '"\\ud800"' : word)),
    () => text.replaceAll(/"[^"]*"/g, (word) => (random.chance(0.2) && left-- > 0 ? long() : word)),
    () => `${text.slice(0, -1)},"__proto__":{"admin":true},"constructor":{"prototype":1}}`,
    () => `[${'{},'.repeat(100_000)}{}]`,
    () => `{${Array.from({ length: 50_000 }, (_, i) => `"k${i}":0`).join(',')}}`,
    () => '1e999',
    () => '"text"',
    () => 'null',
  ];
  return random.pick(texts)();
}

/** A value as a schema wants it, now and then another. */
export function shaped(schema, random, known, depth = 6) {
  if (schema === undefined || depth === 0 || random.chance(0.06)) return oddValue(random, known);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return random.pick(schema.enum);
  const either = schema.anyOf ?? schema.oneOf;
  if (either) return shaped(random.pick(either), random, known, depth - 1);
  if (schema.allOf) {
    return Object.assign({}, ...schema.allOf.map((part) => shaped(part, random, known, depth - 1)));
  }
  switch (Array.isArray(schema.type) ? random.pick(schema.type) : schema.type) {
    case 'object': {
      const value = {};
      for (const [name, member] of Object.entries(schema.properties ?? {})) {
        const wanted = schema.required?.includes(name) ? 0.95 : 0.4;
        if (random.chance(wanted)) value[name] = shaped(member, random, known, depth - 1);
      }
      if (random.chance(0.1)) {
        value[
          random.pick(['domain_id', 'id', 'project_id', 'enabled', 'policy', 'password_hash', 'created_at'])
        ] = oddValue(random, known);
      }
      return value;
    }
    case 'array':
      return Array.from({ length: random.below(random.chance(0.02) ? 300 : 4) }, () =>
        shaped(schema.items, random, known, depth - 1),
      );
    case 'integer':
    case 'number':
      return random.chance(0.6)
        ? (schema.minimum ?? 0) + random.below(Math.min((schema.maximum ?? 100) + 1, 1000))
        : random.pick([-1, 0.5, 1e308, 2 ** 53, 2 ** 63, '1e999', 'NaN', '0x10', ' 1', '', '٣']);
    case 'boolean':
      return random.chance(0.5);
    case 'string':
      return random.chance(0.6) ? `n${random.below(10_000)}` : oddText(random, known);
    default:
      return oddValue(random, known);
  }
}
