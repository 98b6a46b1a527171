/** A value of a form that is wrong, found before anything is sent. */
export class Misfilled extends Error {
  /** The member of the request that it would have become. */
  readonly member: string;

  constructor(member: string, message: string) {
    super(message);
    this.member = member;
  }
}

/** The member that a refusal is about: its text begins with the path to it (`obs_info.bucket_name is …`). */
const PATH = /^[a-z]\w*(?:\.\w+)*(?= )/;
const WITH_VALUE = /^is (".*"|-?[\d.]+|true|false|null); it (.+)$/s;

export interface Refusal {
  /** Of the field that shows it; empty: none does. */
  member: string;
  text: string;
}

/** Where a refusal is to be shown, and what is said there. @param members that have a field */
export function refusalOf(cause: Error, members: ReadonlySet<string>): Refusal {
  if (cause instanceof Misfilled) {
    return { member: members.has(cause.member) ? cause.member : '', text: cause.message };
  }
  const [path = ''] = PATH.exec(cause.message) ?? [];
  const steps = path.split('.');
  const member = steps.findLast((step) => members.has(step)) ?? '';
  // What lies within the value of a field keeps its path.
  const text = member !== '' && steps.at(-1) === member ? withoutPath(cause.message, path) : cause.message;
  return { member, text };
}

/** The field that it stands at names the member already. */
function withoutPath(message: string, path: string): string {
  const rest = message.slice(path.length + 1);
  const [, value, rule] = WITH_VALUE.exec(rest) ?? [];
  if (value !== undefined) return `${value}: ${rule}`;
  return rest.charAt(0).toUpperCase() + rest.slice(1);
}
