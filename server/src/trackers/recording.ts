import { isGlobal, isRead } from '../catalogue/index.ts';
import type { Placement, RecordingRules, TraceProducer } from '../ingest/index.ts';
import type { Metadata } from '../metadata/index.ts';
import { DEFAULT_CONFIGURATION, readConfiguration } from './configurations.ts';
import { MANAGEMENT_TRACKER } from './schema.ts';
import { type DataEvent, readSettings } from './settings.ts';

type Input = Parameters<RecordingRules['placesOf']>[1];

/** What is recorded in one project (`docs/reference/recording.md` 3, 4). */
interface ProjectRules {
  /** State of the management tracker. */
  management: 'absent' | 'disabled' | 'enabled';
  data: { name: string; enabled: boolean; bucket: string; events: DataEvent[] }[];
  /** Undefined: all reads are recorded; else those of these services only. */
  readsOf: Set<string> | undefined;
  system: readonly Placement[];
}

/** An account's projects in which the traces of its global services go. */
interface AccountRules {
  /** The main project in the region of global services. */
  globalProject: string | undefined;
  /** Further projects that want copies. */
  copies: string[];
}

const NOTHING: ProjectRules = { management: 'absent', data: [], readsOf: undefined, system: [] };
const DATA_SOURCES = new Set(['ObsSDK', 'ObsAPI', 'Others']);
const READING = /^(?:GET|HEAD|LIST|OPTIONS)\b/;

/** Trackers and settings as intake needs them: in memory, brought up to date after every change. */
export class Recording implements RecordingRules {
  private readonly metadata: Metadata;
  private readonly globalRegion: string;
  private projects = new Map<string, ProjectRules>();
  private accounts = new Map<string, AccountRules>();

  constructor(metadata: Metadata, globalRegion: string) {
    this.metadata = metadata;
    this.globalRegion = globalRegion;
  }

  /** Reads everything anew. */
  async refresh(): Promise<void> {
    const [projects, trackers, configurations] = await Promise.all([
      this.metadata.selectFrom('projects').select(['id', 'domain_id', 'name']).execute(),
      this.metadata.selectFrom('trackers').selectAll().execute(),
      this.metadata.selectFrom('configurations').selectAll().execute(),
    ]);
    const rules = new Map<string, ProjectRules>(
      projects.map(({ id }) => [id, { ...NOTHING, data: [], system: [placeOf(id, 'system')] }]),
    );
    const accounts = new Map<string, AccountRules>();
    for (const { id, domain_id, name } of projects) {
      const account = accounts.get(domain_id) ?? { globalProject: undefined, copies: [] };
      accounts.set(domain_id, account);
      if (name === this.globalRegion) account.globalProject = id;
    }
    for (const tracker of trackers) {
      const project = rules.get(tracker.project_id);
      const enabled = tracker.enabled === 1;
      const { dataBucket } = readSettings(tracker.settings).settings;
      if (project && tracker.type === 'system') project.management = enabled ? 'enabled' : 'disabled';
      else if (project && dataBucket) {
        project.data.push({
          name: tracker.name,
          enabled,
          bucket: dataBucket.name,
          events: dataBucket.events,
        });
      }
    }
    for (const { project_id, settings } of configurations) {
      const project = rules.get(project_id);
      const { is_sync_global_trace, is_support_read_only, support_read_only_services } =
        readConfiguration(settings).value ?? DEFAULT_CONFIGURATION;
      if (project && !is_support_read_only) project.readsOf = new Set(support_read_only_services);
      const owner = projects.find(({ id }) => id === project_id);
      const account = owner && accounts.get(owner.domain_id);
      if (is_sync_global_trace && account && account.globalProject !== project_id) {
        account.copies.push(project_id);
      }
    }
    this.projects = rules;
    this.accounts = accounts;
  }

  /** Whether CTS is enabled in a project, whichever. */
  isAnywhere(): boolean {
    return [...this.projects.values()].some(({ management }) => management === 'enabled');
  }

  /** The project of an account in which its global services are recorded. */
  globalProject(domainId: string): string | undefined {
    return this.accounts.get(domainId)?.globalProject;
  }

  placesOf({ projectId, domainId, own }: TraceProducer, input: Input): readonly Placement[] | string {
    if (input.event_type === 'data' || DATA_SOURCES.has(input.trace_type)) {
      return this.dataPlaces(projectId, input);
    }
    if (input.event_type === 'global' || isGlobal(input.service_type, input.resource_type)) {
      return this.globalPlaces(domainId, input);
    }
    const rules = this.projects.get(projectId) ?? NOTHING;
    // Who switches recording off cannot change its settings unseen.
    if (own && rules.management === 'disabled' && isAboutRecording(input)) return rules.system;
    return whyNot(rules, input) ?? rules.system;
  }

  private globalPlaces(domainId: string, input: Input): readonly Placement[] | string {
    const account = this.accounts.get(domainId);
    const home = account?.globalProject;
    const rules = (home && this.projects.get(home)) || NOTHING;
    const reason = whyNot(rules, input);
    if (reason !== undefined || home === undefined) {
      return `${reason ?? 'the account has no project in the region of global services'} (a trace of a global service)`;
    }
    const copies = account?.copies.filter(
      (id) => whyNot(this.projects.get(id) ?? NOTHING, input) === undefined,
    );
    return [home, ...(copies ?? [])].map((id) => placeOf(id, 'global'));
  }

  /** The bucket of a data trace is its resource_id (`docs/reference/trace-structure.md` 6). */
  private dataPlaces(projectId: string, input: Input): readonly Placement[] | string {
    const event: DataEvent =
      input.read_only === true ||
      isRead(input.service_type, input.resource_type, input.trace_name) ||
      READING.test(input.trace_name)
        ? 'READ'
        : 'WRITE';
    const { data } = this.projects.get(projectId) ?? NOTHING;
    const tracker = data.find(({ bucket, events }) => bucket === input.resource_id && events.includes(event));
    if (!tracker) return `no data tracker tracks ${event} of the bucket in resource_id`;
    if (!tracker.enabled) return `the data tracker ${tracker.name} is disabled`;
    return [{ projectId, trackerName: tracker.name, eventType: 'data' }];
  }
}

const isAboutRecording = ({ service_type, resource_type }: Input) =>
  ['CTS/tracker', 'CTS/configuration', 'OBS/bucket'].includes(`${service_type}/${resource_type}`);

function whyNot({ management, readsOf }: ProjectRules, input: Input): string | undefined {
  if (management === 'absent') return 'CTS is not enabled in this project';
  if (management === 'disabled') return 'the management tracker is disabled';
  if (readsOf === undefined || readsOf.has(input.service_type)) return undefined;
  const { service_type, resource_type, trace_name, read_only } = input;
  return (read_only ?? isRead(service_type, resource_type, trace_name))
    ? 'read operations of this service are not recorded (configuration)'
    : undefined;
}

const placeOf = (projectId: string, eventType: 'system' | 'global'): Placement => ({
  projectId,
  trackerName: MANAGEMENT_TRACKER,
  eventType,
});
