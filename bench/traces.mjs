// Synthetic traces like real audit records: about 1.2 kB as JSON, names that repeat as they do in a cloud.

/** A seeded generator of numbers in [0, 1): the same traces in every run. */
export function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const HEX = Array.from({ length: 0x1_0000 }, (_, number) => number.toString(16).padStart(4, '0'));
const SERVICES = 40;
const OPERATIONS = 300;
const USERS = 2000;
const VERBS = ['create', 'delete', 'update', 'attach', 'detach', 'resize', 'start', 'stop', 'list', 'show'];
const NOUNS = [
  'Server',
  'Volume',
  'Bucket',
  'Vpc',
  'Subnet',
  'Key',
  'Secret',
  'User',
  'Role',
  'Cluster',
  'Database',
  'Image',
];

export class TraceGenerator {
  constructor(seed = 1) {
    this.next = random(seed);
  }

  /** Small numbers are frequent, as with Zipf. */
  zipf(size) {
    return Math.floor(size ** this.next()) - 1;
  }

  /** Eight hexadecimal digits. */
  word() {
    const number = Math.floor(this.next() * 0x1_0000_0000);
    return HEX[number >>> 16] + HEX[number & 0xffff];
  }

  /** Thirty-two hexadecimal digits. */
  id() {
    return this.word() + this.word() + this.word() + this.word();
  }

  uuid() {
    const hex = this.id();
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
  }

  /** A trace as a producer sends it, without trace_id. */
  trace(time) {
    const service = this.zipf(SERVICES);
    const operation = this.zipf(OPERATIONS);
    const user = this.zipf(USERS);
    const luck = this.next();
    const rating = luck < 0.9 ? 'normal' : luck < 0.995 ? 'warning' : 'incident';
    const noun = NOUNS[operation % NOUNS.length];
    const name = `${noun.toLowerCase()}-${this.zipf(50_000)}`;
    const account = 'a1b2c3d4e5f60718293a4b5c6d7e8f90';
    return {
      trace_name: `${VERBS[operation % VERBS.length]}${noun}${operation}`,
      trace_rating: rating,
      trace_type: user % 3 === 0 ? 'ConsoleAction' : 'ApiCall',
      service_type: `SVC${service}`,
      resource_type: noun.toLowerCase(),
      resource_name: name,
      resource_id: this.uuid(),
      source_ip: `192.0.${user % 256}.${(user >> 3) % 256}`,
      time,
      api_version: 'v3',
      code: rating === 'normal' ? '200' : '409',
      request_id: this.id(),
      user: {
        id: (user + 1).toString(16).padStart(32, '0'),
        name: `user${user}`,
        domain: { id: account, name: 'acme' },
      },
      request: JSON.stringify({
        [noun.toLowerCase()]: {
          name,
          flavorRef: `s3.${['small', 'medium', 'large'][operation % 3]}.2`,
          imageRef: this.uuid(),
          availability_zone: `eu-de-0${1 + (service % 3)}`,
          nics: [{ subnet_id: this.uuid() }],
          root_volume: { volumetype: 'SSD', size: 40 + (operation % 10) * 10 },
          tags: [{ key: 'team', value: `team-${user % 50}` }],
        },
      }),
      response: JSON.stringify({
        job_id: this.id(),
        status: rating === 'normal' ? 'SUCCESS' : 'FAIL',
        entities: { id: this.uuid() },
      }),
      user_agent: 'opencts-bench/1.0 (linux; amd64)',
      operation_id: `${VERBS[operation % VERBS.length]}${noun}`,
    };
  }
}
