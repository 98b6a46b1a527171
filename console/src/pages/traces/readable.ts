import { elementsIn, indented, membersIn } from '@opencts/client/json';

/** A trace to be read: members that are JSON text become what they hold. Nothing but spaces is other than in the text. */
export function readable(trace: string): string {
  const members = (membersIn(trace) ?? []).map(
    ({ name, start, end }) => `${JSON.stringify(name)}:${unfolded(trace.slice(start, end))}`,
  );
  return indented(`{${members.join(',')}}`);
}

function unfolded(value: string): string {
  if (!value.startsWith('"')) return value;
  const held = JSON.parse(value) as string;
  return (membersIn(held) ?? elementsIn(held)) ? held : value;
}
