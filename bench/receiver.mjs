// A receiver of notifications that confirms itself and counts the traces of batches.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { gunzipSync } from 'node:zlib';

export async function startReceiver() {
  let traces = 0;
  let told = () => {};
  let confirmed = false;
  const server = createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', async () => {
      response.end();
      const raw = Buffer.concat(chunks);
      const text = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw).toString('utf8');
      if (request.headers['x-smn-message-type'] === 'SubscriptionConfirmation') {
        confirmed = (await fetch(JSON.parse(text).subscribe_url)).ok;
        return;
      }
      // Within the text of a text: quotation marks are escaped.
      traces += text.split('\\"trace_id\\":').length - 1;
      told();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    traces: () => traces,
    /** The next message has come. */
    next: () =>
      new Promise((resolve) => {
        told = resolve;
      }),
    confirmed: () => confirmed,
    async stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}
