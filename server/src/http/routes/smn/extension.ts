import Type from 'typebox';
import { FORMS } from '../../../smn/index.ts';

/** Headers that are sent along; their values are secrets. */
export const HeaderSchema = Type.Record(
  Type.String(),
  Type.String({ format: 'password', errorCode: 'SMN.0012' }),
  {
    errorCode: 'SMN.0012',
    description:
      'Sent along; names begin with x-. Values are told as ********; one that is sent back so stays as it is',
  },
);

/** Additions to a subscription; `batch` is one of OpenCTS. */
export const ExtensionSchema = Type.Object(
  {
    header: Type.Optional(HeaderSchema),
    batch: Type.Optional(
      Type.Object(
        {
          traces: Type.Integer({ minimum: 100, maximum: 10_000, description: 'Of a request, at most' }),
          seconds: Type.Integer({ minimum: 0, maximum: 300, description: 'That a trace waits, at most' }),
        },
        { description: 'Key events in batches, compressed (an addition of OpenCTS)' },
      ),
    ),
    form: Type.Optional(
      Type.Enum([...FORMS], {
        errorCode: 'SMN.0012',
        description:
          'In which form messages are sent: opencts (the default), signed; slack and teams, for the web hooks of those; plain, a JSON object of texts (an addition of OpenCTS)',
      }),
    ),
  },
  { errorCode: 'SMN.0012' },
);
