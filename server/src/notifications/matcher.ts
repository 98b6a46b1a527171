import type { Query } from '@opencts/client/query';
import type { Bounds } from '../clock/index.ts';
import type { Frame } from '../journal/index.ts';
import { type Asked, Queries, type Test } from '../query/index.ts';
import { readLine, type TraceLine, userOf } from '../traces/index.ts';
import { type Condition, parseCondition } from './conditions.ts';
import type { NotificationSettings } from './settings.ts';

/** An enabled notification with a topic, as it is looked for. */
export interface Rule {
  notificationId: string;
  name: string;
  topicId: string;
  projectId: string;
  /** Traces that were recorded before are not told; epoch ms. */
  activeSince: number;
  settings: Pick<NotificationSettings, 'operation_type' | 'operations' | 'notify_user_list' | 'filter'>;
  /** Undefined: it has none. */
  query?: Query | undefined;
}

/** Behind the name of a user who has a privilege for a while (`docs/reference/trace-structure.md` 2). */
const RAISED = '/op_service';

interface Compiled {
  rule: Rule;
  /** Undefined: all users. */
  users: Set<string> | undefined;
  conditions: readonly Condition[];
  any: boolean;
  /** Of its query, when its project was asked for one. */
  test: Test | undefined;
}

/** The rules of a project, by what is known of a trace without reading its line. */
interface ProjectRules {
  /** Those that want every operation. */
  complete: Compiled[];
  /** By trace source, trace name, and resource type: in this order the fewest bytes of a line are looked at. */
  byService: Map<string, Map<string, Map<string, Compiled[]>>>;
  /** Those with a query. */
  asking: Compiled[];
  /** Their queries, as soon as a trace depends on one. */
  queries: Queries | undefined;
}

/**
 * All rules as one look-up: a trace of a project without rules costs nothing, one of a trace source that no
 * rule names next to nothing, and only one that is meant by operation is parsed.
 */
export class Matcher {
  private readonly projects = new Map<string, ProjectRules>();
  private readonly time: Bounds;
  private readonly lateMs: number;
  /** That the queries of its project took for the trace that was looked at last. */
  steps = 0;

  /** @param lateMs traces that were recorded so long after they happened are no events any more */
  constructor(rules: readonly Rule[], time: Bounds, lateMs = Number.POSITIVE_INFINITY) {
    this.time = time;
    this.lateMs = lateMs;
    for (const rule of rules) this.add(rule);
  }

  get isEmpty(): boolean {
    return this.projects.size === 0;
  }

  /** Rules that a journalled trace is to be told by. */
  match(frame: Frame): Rule[] {
    this.steps = 0;
    const rules = this.projects.get(frame.projectId);
    if (!rules) return [];
    const named =
      rules.byService.size === 0
        ? undefined
        : rules.byService
            .get(frame.serviceType)
            ?.get(frame.member('trace_name'))
            ?.get(frame.member('resource_type'));
    if (!named && rules.complete.length === 0) return [];
    // What was recorded by a clock that is suspect may have happened just now.
    if (frame.time < Math.min(frame.recordTime, this.time.earliest()) - this.lateMs) return [];
    const now = this.time.latest();
    let line: TraceLine | undefined;
    const read = () => {
      line ??= readLine(frame.line());
      return line;
    };
    let asked: Asked | undefined;
    let before = 0;
    const found: Rule[] = [];
    for (const candidates of [rules.complete, named ?? []]) {
      for (const candidate of candidates) {
        const { activeSince } = candidate.rule;
        // One that begins later than now was made before the clock was set back.
        const isActive = frame.recordTime >= activeSince || activeSince > now;
        if (!isActive || !fits(candidate, read)) continue;
        if (candidate.rule.query) {
          if (!asked) {
            const queries = queriesOf(rules);
            before = queries.steps.taken;
            asked = queries.of(read());
          }
          if (!candidate.test?.(asked)) continue;
        }
        found.push(candidate.rule);
      }
    }
    if (rules.queries && asked) this.steps = rules.queries.steps.taken - before;
    return found;
  }

  private add(rule: Rule): void {
    const { operation_type, operations = [], notify_user_list = [], filter } = rule.settings;
    const project = within(
      this.projects,
      rule.projectId,
      (): ProjectRules => ({
        complete: [],
        byService: new Map(),
        asking: [],
        queries: undefined,
      }),
    );
    const compiled: Compiled = {
      rule,
      users:
        notify_user_list.length === 0
          ? undefined
          : new Set(notify_user_list.flatMap(({ user_list }) => user_list)),
      conditions: filter?.is_support_filter ? filter.rule.map((text) => parseCondition(text, 'filter')) : [],
      any: filter?.condition === 'OR',
      test: undefined,
    };
    if (rule.query) project.asking.push(compiled);
    if (operation_type === 'complete') {
      project.complete.push(compiled);
      return;
    }
    for (const { service_type, resource_type, trace_names } of operations) {
      const names = within(project.byService, service_type, () => new Map<string, Map<string, Compiled[]>>());
      for (const name of trace_names) {
        const types = within(names, name, () => new Map<string, Compiled[]>());
        const there = types.get(resource_type) ?? [];
        // An operation may be named twice.
        if (!there.includes(compiled)) types.set(resource_type, [...there, compiled]);
      }
    }
  }
}

function queriesOf(rules: ProjectRules): Queries {
  if (rules.queries) return rules.queries;
  const queries = new Queries();
  for (const compiled of rules.asking) {
    const { query } = compiled.rule;
    if (query) compiled.test = queries.add(query);
  }
  rules.queries = queries;
  return queries;
}

/** What a map holds for a key; made, when it holds nothing yet. */
function within<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  const there = map.get(key);
  if (there !== undefined) return there;
  const made = make();
  map.set(key, made);
  return made;
}

function fits({ users, conditions, any }: Compiled, read: () => TraceLine): boolean {
  if (users) {
    const name = userOf(read().user)?.name;
    if (name === undefined) return false;
    const person = name.endsWith(RAISED) ? name.slice(0, -RAISED.length) : name;
    if (!users.has(name) && !users.has(person)) return false;
  }
  if (conditions.length === 0) return true;
  const holds = ({ field, equal, value }: Condition) => (String(read()[field] ?? '') === value) === equal;
  return any ? conditions.some(holds) : conditions.every(holds);
}
