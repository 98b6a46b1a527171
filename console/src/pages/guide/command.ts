import { HERE } from '../../api/session.ts';

/** Of the trace that the command sends, where the key allows any. */
export const SOURCE = 'DEMO';

/** Sends one trace with an ingest key, as it stands. */
export const commandOf = (
  project: string,
  domain: string,
  secret: string,
  source = SOURCE,
) => `curl -sS --fail-with-body ${HERE}/v3/${project}/traces \\
  -H 'Authorization: Bearer ${secret}' -H 'Content-Type: application/json' \\
  -d '{"traces":[{"trace_name":"createServer","trace_type":"ApiCall","trace_rating":"normal",
    "service_type":"${source}","resource_type":"server","resource_name":"hello","code":"200",
    "time":'$(date +%s000)',"user":{"name":"me","domain":{"id":"${domain}"}}}]}'`;
