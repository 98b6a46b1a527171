import { pipeline, type Readable, Transform } from 'node:stream';
import type { FastifyReply } from 'fastify';

/**
 * Answers with so many bytes, or breaks the answer off. What ends early would leave whoever reads it waiting, and
 * the next answer on the connection would be taken for the rest.
 */
export function sendExactly(reply: FastifyReply, bytes: number, body: Readable): FastifyReply {
  let passed = 0;
  const exact = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      passed += chunk.length;
      if (passed > bytes) done(new Error(`there are more than the ${bytes} bytes that were announced`));
      else done(null, chunk);
    },
    flush(done) {
      done(passed === bytes ? null : new Error(`${passed} bytes came of the ${bytes} that were announced`));
    },
  });
  // The answer meets its error, and ends the body when it is closed.
  pipeline(body, exact, () => undefined);
  return reply.header('content-length', bytes).send(exact);
}
