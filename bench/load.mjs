// A load generator that costs little: raw sockets, requests made beforehand, one outstanding request a connection.
// Alone: node bench/load.mjs --url URL --token T --project P --connections 64 --batch 500 --seconds 30
import net from 'node:net';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { TraceGenerator } from './traces.mjs';

/** Distinct bodies that the connections take in turn. */
const BODIES = 200;

function requests({ url, token, project, batch }) {
  const generator = new TraceGenerator(7);
  const now = Date.now();
  const { host } = new URL(url);
  return Array.from({ length: Math.max(8, Math.min(BODIES, Math.ceil(20_000 / batch))) }, () => {
    const traces = Array.from({ length: batch }, () =>
      generator.trace(now - Math.floor(generator.next() * 60_000)),
    );
    const body = Buffer.from(JSON.stringify({ traces }));
    const head = `POST /v3/${project}/traces HTTP/1.1\r\nHost: ${host}\r\nX-Auth-Token: ${token}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
    return Buffer.concat([Buffer.from(head), body]);
  });
}

/**
 * Sends for some seconds, `pauseMs` between two requests of a connection.
 * @returns traces, requests, failed answers, seconds, and latencies in ms, sorted
 */
export async function load({ url, token, project, connections, batch, seconds, pauseMs = 0 }) {
  const bodies = requests({ url, token, project, batch });
  const { hostname, port } = new URL(url);
  const latencies = [];
  let failed = 0;
  let next = 0;
  const began = performance.now();
  const end = began + seconds * 1000;

  const connection = () =>
    new Promise((resolve, reject) => {
      const socket = net.connect(Number(port), hostname);
      let sent = 0;
      const send = () => {
        if (performance.now() >= end) {
          socket.destroy();
          resolve();
          return;
        }
        sent = performance.now();
        socket.write(bodies[next++ % bodies.length]);
      };
      let buffered = '';
      socket.setNoDelay(true);
      socket.setEncoding('latin1');
      socket.on('connect', send);
      socket.on('error', reject);
      socket.on('data', (chunk) => {
        buffered += chunk;
        const head = buffered.indexOf('\r\n\r\n');
        if (head === -1) return;
        const length = Number(/content-length: (\d+)/i.exec(buffered)?.[1] ?? 0);
        if (buffered.length < head + 4 + length) return;
        latencies.push(performance.now() - sent);
        if (!buffered.startsWith('HTTP/1.1 201')) failed++;
        buffered = '';
        if (pauseMs > 0) setTimeout(send, pauseMs);
        else send();
      });
    });
  await Promise.all(Array.from({ length: connections }, connection));
  const took = (performance.now() - began) / 1000;
  latencies.sort((a, b) => a - b);
  return {
    requests: latencies.length,
    traces: (latencies.length - failed) * batch,
    failed,
    seconds: took,
    latencies,
  };
}

export function percentile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const text = { type: 'string' };
  const { values } = parseArgs({
    options: {
      url: text,
      token: text,
      project: text,
      connections: text,
      batch: text,
      seconds: text,
      'pause-ms': text,
    },
  });
  const result = await load({
    url: values.url,
    token: values.token,
    project: values.project,
    connections: Number(values.connections ?? 64),
    batch: Number(values.batch ?? 1),
    seconds: Number(values.seconds ?? 10),
    pauseMs: Number(values['pause-ms'] ?? 0),
  });
  const { latencies, ...rest } = result;
  process.stdout.write(
    `${JSON.stringify({ ...rest, p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99), p999: percentile(latencies, 0.999), max: latencies.at(-1) })}\n`,
  );
}
