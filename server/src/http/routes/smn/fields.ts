import Type from 'typebox';
import { PROTOCOLS } from '../../../smn/index.ts';

export const Protocol = Type.String({
  maxLength: 64,
  errorCode: 'SMN.0011',
  known: PROTOCOLS,
  description: `One of ${PROTOCOLS.join(', ')}`,
});

/** An endpoint in an answer; its trace tells no more of it than readers are told. */
export const ShownAddress = Type.String({ hidden: 'address' });

/** A filter policy in an answer: as it is kept, whatever the bounds were then. */
export const ShownFilter = Type.Object({ name: Type.String(), string_equals: Type.Array(Type.String()) });

/** Times are text in SMN. */
export const smnTime = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`;
