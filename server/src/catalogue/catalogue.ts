import { readFileSync } from 'node:fs';

/** A service, its resource types and the operations that it reports. */
export interface CatalogueService {
  service_type: string;
  service_name: string;
  scope: 'project' | 'global';
  category: string;
  resources: CatalogueResource[];
}

export interface CatalogueResource {
  resource_type: string;
  family: 'management' | 'data';
  /** In place of the service's. */
  scope?: 'project' | 'global';
  operations: CatalogueOperation[];
}

export interface CatalogueOperation {
  trace_name: string;
  description: string;
  risk: 'high' | 'cost' | 'service' | null;
  typical: boolean;
  /** Changes nothing. */
  read: boolean;
}

/** The same file seen from `src/` and from `dist/`. */
const FILE = new URL('../../catalogue/operations.json', import.meta.url);

/** What the known services report: a catalogue for choosing, not a whitelist (`docs/reference/recording.md` 5). */
export const CATALOGUE = JSON.parse(readFileSync(FILE, 'utf8')) as readonly CatalogueService[];

const globalServices = new Set<string>();
const globalResources = new Set<string>();
const reads = new Set<string>();
const descriptions = new Map<string, string>();
for (const { service_type, scope, resources } of CATALOGUE) {
  if (scope === 'global') globalServices.add(service_type);
  for (const resource of resources) {
    if (resource.scope === 'global') globalResources.add(`${service_type}/${resource.resource_type}`);
    for (const { trace_name, read, description } of resource.operations) {
      const name = `${service_type}/${resource.resource_type}/${trace_name}`;
      descriptions.set(name, description);
      if (read) reads.add(name);
    }
  }
}

/** Whether a resource belongs to no region: its traces are recorded in the region of global services. */
export function isGlobal(serviceType: string, resourceType: string): boolean {
  return globalServices.has(serviceType) || globalResources.has(`${serviceType}/${resourceType}`);
}

/** Whether an operation is known to change nothing. */
export function isRead(serviceType: string, resourceType: string, traceName: string): boolean {
  return reads.has(`${serviceType}/${resourceType}/${traceName}`);
}

/** What an operation does, in words, where it is known. */
export function describe(serviceType: string, resourceType: string, traceName: string): string | undefined {
  return descriptions.get(`${serviceType}/${resourceType}/${traceName}`);
}
