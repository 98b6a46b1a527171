import Type from 'typebox';

/** Beyond all that a project can have. */
export const MOST_OFFSET = 1_000_000;
const Offset = Type.Integer({ minimum: 0, maximum: MOST_OFFSET, default: 0, errorCode: 'SMN.0015' });
const Limit = Type.Integer({ minimum: 0, maximum: 100, default: 100, errorCode: 'SMN.0015' });
export const PAGE = { offset: Offset, limit: Limit };
