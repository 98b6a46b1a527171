import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { Accounting } from '../accounting.ts';
import type { ArchiveCatalog } from '../archive/index.ts';
import type { Operations, Recorder } from '../auditing/index.ts';
import type { Backups } from '../backup/index.ts';
import type { Timekeeper } from '../clock/index.ts';
import type { Config } from '../config.ts';
import type { ArchiveHoldings, EvidenceLog, ProofPackages, SigningKeys } from '../evidence/index.ts';
import type { Iam } from '../iam/index.ts';
import type { Intake } from '../ingest/index.ts';
import type { Journal, Quarantine } from '../journal/index.ts';
import type { Keyring } from '../kms/index.ts';
import type { Notifications } from '../notifications/index.ts';
import type { Buckets } from '../objects/index.ts';
import type { ReadinessCheck } from '../readiness.ts';
import type { StoreCare } from '../refill/index.ts';
import type { SavedSearches } from '../saved-searches/index.ts';
import type { ArchiveSearches } from '../search/index.ts';
import type { FairQueue } from '../shares/index.ts';
import type {
  Certificates,
  DeliveryLog,
  Detections,
  Messages,
  Roster,
  Subscriptions,
  Templates,
  Topics,
} from '../smn/index.ts';
import type { TraceStore } from '../traces/index.ts';
import type { Configurations, Trackers } from '../trackers/index.ts';
import type { Gate } from './gate.ts';
import type { SessionCookies } from './session-cookies.ts';

/** What the routes work with. */
export interface ServerDeps {
  config: Config;
  log: Logger;
  clock: () => number;
  time: Timekeeper;
  version: string;
  /** Seals what is put into clients' hands. */
  rootKey: Buffer;
  sessions: SessionCookies;
  iam: Iam;
  intake: Intake;
  largeBodies: FairQueue;
  recorder: Recorder;
  operations: Operations;
  store: TraceStore;
  trackers: Trackers;
  configurations: Configurations;
  notifications: Notifications;
  buckets: Buckets;
  keyring: Keyring;
  signingKeys: SigningKeys;
  evidence: EvidenceLog;
  archive: ArchiveCatalog;
  holdings: ArchiveHoldings;
  packages: ProofPackages;
  searches: ArchiveSearches;
  savedSearches: SavedSearches;
  topics: Topics;
  subscriptions: Subscriptions;
  roster: Roster;
  messages: Messages;
  templates: Templates;
  certificates: Certificates;
  deliveryLog: DeliveryLog;
  detections: Detections;
  /** One text message, at once; limited for each number. */
  sendSms: (number: string, text: string) => Promise<{ delivered: boolean; answer: string }>;
  /** Projects have changed: what is recorded must be read anew. */
  refreshRecording: () => Promise<void>;
  accounting: Pick<Accounting, 'hours'>;
  storeCare: StoreCare;
  /** What is wrong with the trace list, and what to do. */
  listProblem: () => string | undefined;
  quarantine: Quarantine;
  backups: Backups;
  journal: Journal;
  registry: Registry;
  readiness: () => Promise<ReadinessCheck[]>;
  /** Without a slash at its end; known once the server listens. */
  publicUrl: () => string;
  /** What accounts may have under way at a time. */
  gate: Gate;
  /** Directory of the built console. */
  consoleDir: string;
}
