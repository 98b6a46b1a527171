/** Where the files of a tracker lie (`domain.md` 8 and 11). */
export interface Shelf {
  region: string;
  /** Name of the project, unless it is the main one of its region. */
  subProject: string | undefined;
  tracker: string;
  /** Folder of the trace source, when files are sorted by it. */
  service: string | undefined;
  prefix: string;
}

/** Key of a trace file. @param time end of the cycle, epoch ms. @param hex 16 hex digits */
export function traceFileKey(shelf: Shelf, time: number, hex: string, compressed: boolean): string {
  const folder = [folderOf(shelf, time), ...serviceFolder(shelf)].join('/');
  return `${folder}/${beginning(shelf)}CloudTrace_${place(shelf)}_${stamp(time)}_${hex}.json${compressed ? '.gz' : ''}`;
}

/** Key of a digest file. @param time end of the covered hour, epoch ms */
export function digestKey(shelf: Shelf, time: number): string {
  const folder = [folderOf(shelf, time), 'Digest', ...serviceFolder(shelf)].join('/');
  return `${folder}/${beginning(shelf)}CloudTrace-Digest_${place(shelf)}_${stamp(time)}.json.gz`;
}

/** `YYYY-MM-DDTHH-MM-SSZ`, UTC. */
export const stamp = (time: number) =>
  new Date(time).toISOString().slice(0, 19).replaceAll(':', '-').concat('Z');

/** Month and day are not padded. */
function folderOf({ region, tracker }: Shelf, time: number): string {
  const day = new Date(time);
  const parts = [day.getUTCFullYear(), day.getUTCMonth() + 1, day.getUTCDate()];
  return ['CloudTraces', region, ...parts, tracker].join('/');
}

const beginning = ({ prefix }: Shelf) => (prefix === '' ? '' : `${prefix}_`);
const place = ({ region, subProject }: Shelf) =>
  subProject === undefined ? region : `${region}-${subProject}`;

/** A trace source is any text; a folder is not. */
function serviceFolder({ service }: Shelf): string[] {
  if (service === undefined) return [];
  const name = service.replaceAll(/[^A-Za-z0-9._-]/g, '_');
  return [/^\.*$/.test(name) ? '_' : name];
}
