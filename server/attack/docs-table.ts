/** How a block is run where it is not simply pasted. */
export interface How {
  /** By which it is known. */
  holds: string;
  /** Why it is not run. */
  not?: string;
  /** It is a file that a program checks, where there is one. */
  check?: { file: string; by: [program: string, ...args: string[]] };
  /** It does not end: what it says when it is ready. The page goes on in another terminal. */
  ready?: RegExp;
  /** What it says at last, when the page has ended. */
  later?: RegExp;
  /** What the block that was left says before this one is pasted. */
  after?: RegExp;
  /** What stands in the place of what only its reader has. */
  instead?: [printed: string, here: string][];
  /** What it says. */
  says?: RegExp;
  /** Its exit code; absent: 0. */
  code?: number;
}

interface Page {
  /** It starts the service itself. */
  starts?: boolean;
  /** What makes what it presupposes. */
  before?: string;
  blocks?: How[];
}

/** `.ci/run` did it, as it is printed, before this test began. */
export const NPM_CI: [string, string] = ['npm ci\n', ''];

const REPORT = `opencts archive list CloudTraces/ > /dev/null
`;

/** Keeps the message of a topic, as a receiver does. */
const MESSAGE = `cat > keep.mjs <<'END'
import { writeFileSync } from 'node:fs';
import http from 'node:http';
import { json } from 'node:stream/consumers';
http.createServer(async (request, response) => {
  const body = await json(request);
  response.end();
  if (body.type === 'SubscriptionConfirmation') await fetch(body.subscribe_url);
  if (body.type === 'Notification') writeFileSync('body.json', JSON.stringify(body));
}).listen(9099, '127.0.0.1');
END
node keep.mjs &
smn() { curl -sS --fail-with-body -H "X-Auth-Token: $TOKEN" -H 'Content-Type: application/json' "$OPENCTS_URL/v2/$PROJECT/notifications/$1" -d "$2"; }
TOPIC=$(smn topics '{"name":"security","display_name":"Security"}' | jq -r .topic_urn)
sleep 1
URN=$(smn topics/$TOPIC/subscriptions '{"protocol":"http","endpoint":"http://127.0.0.1:9099/"}' | jq -r .subscription_urn)
SLACK=$(smn topics/$TOPIC/subscriptions '{"protocol":"http","endpoint":"http://127.0.0.1:9099/slack","extension":{"form":"slack"}}' | jq -r .subscription_urn)
ID=\${SLACK##*:}
sleep 2
smn topics/$TOPIC/publish '{"subject":"subject","message":"message"}'
until [ -s body.json ]; do sleep 0.2; done
`;

const AT_HOME: [string, string] = ['https://cts.example.com', 'http://127.0.0.1:8780'];

export const PAGES: Record<string, Page> = {
  'README.md': {
    starts: true,
    blocks: [
      { holds: 'npm start', ready: / is ready: /, instead: [NPM_CI] },
      { holds: 'npm ci && npm test', not: '.ci/run does it, and this test is a part of it' },
      { holds: 'import cloudtrail', says: /1 accepted/ },
    ],
  },
  'docs/quick-start.md': {
    starts: true,
    blocks: [
      { holds: 'npm start', ready: / is ready: /, instead: [NPM_CI] },
      { holds: 'archive list', says: /CloudTraces\// },
      { holds: 'opencts verify', says: /^PROVED/ },
      {
        // In a third terminal; it says nothing at first.
        holds: 'node receiver.mjs',
        ready: /^/,
        later: /Notification .*o-18/,
      },
      { holds: 'o-18', after: /confirmed: 200/ },
    ],
  },
  'docs/api.md': {
    before: REPORT.repeat(3),
    blocks: [{ holds: '"CTS.0300"', not: 'the answer to a request that is not printed' }],
  },
  'docs/connect-a-service.md': { blocks: [{ holds: 'import { OpenCtsClient', says: /accepted: 1/ }] },
  'docs/import.md': {
    blocks: [
      { holds: 's3://our-trail', not: 'the bucket is of a cloud; import-bucket.test.ts reads one' },
      { holds: 'audit-archive-2', not: 'lost-store.test.ts runs it as it is printed, with an object store' },
    ],
  },
  'docs/notifications.md': {
    before: MESSAGE,
    blocks: [
      { holds: '"notification_name": "deletions"', not: 'a part of a message, with an ellipsis' },
      { holds: 'signing_cert_url', says: /Verified OK/ },
      {
        holds: 'hooks.slack.com',
        instead: [['https://hooks.slack.com/services/…', 'http://127.0.0.1:9099/slack']],
      },
    ],
  },
  'docs/operate.md': {
    before: 'export OPENCTS_NEW_PASSWORD=a-password-of-the-backup',
    blocks: [
      { holds: 'sudo useradd', not: 'it changes the machine' },
      {
        holds: '[Service]',
        check: { file: 'opencts.service', by: ['systemd-analyze', 'verify'] },
        instead: [['/usr/bin/node', process.execPath]],
      },
      {
        holds: 'docker compose',
        not: 'it takes a Docker daemon; .ci/run builds the image where there is one',
      },
      { holds: 'reverse_proxy', not: 'it takes Caddy, a name and its certificate' },
      { holds: 'proxy_pass', not: 'it takes nginx, a name and its certificate' },
      {
        holds: 'git pull',
        not: 'it changes the machine; older-data.test.ts starts with data of earlier versions',
      },
      {
        holds: 'opencts backup /backups/',
        instead: [['PASSWORD=…', 'PASSWORD=$OPENCTS_NEW_PASSWORD'], ['/backups/', 'backups/'], AT_HOME],
      },
      {
        holds: 'opencts backup s3://',
        not: 'the bucket is of a cloud; backup-drill.test.ts takes and restores such',
      },
      {
        holds: 'opencts restore /backups/',
        instead: [
          ['/backups/2026-11-05', 'backups/*'],
          ['/var/lib/opencts', 'restored'],
          ['root.key', 'opencts-data/root.key'],
        ],
      },
      { holds: 'NODE_EXTRA_CA_CERTS', not: 'it takes a CA of your own; own-ca.test.ts has one' },
      {
        holds: 'opencts quarantine',
        instead: [['opencts quarantine show indexer-7-4711', ': nothing is in quarantine']],
      },
    ],
  },
  'docs/verify.md': {
    before: `opencts trackers transfer system audit-archive --create-bucket --verify
until [ -n "$(find opencts-data/objects -name '*Digest*.gz')" ]; do sleep 0.5; done
cp -r opencts-data/objects/audit-archive downloaded
echo "$TOKEN" > token
`,
    blocks: [
      {
        holds: 'verify --bucket audit-archive --public-key public-key\n',
        says: /^PROVED/,
      },
      {
        holds: 'archive package',
        not: 'a package needs a digest, an hour old; archive-package.test.ts verifies some',
      },
      {
        holds: 'verify --url',
        instead: [AT_HOME, ['eu-de', 'local']],
      },
      // Its digests are a minute old, and have no signatures in a folder.
      { holds: 'verify downloaded/', code: 3, says: /^NOTHING TO PROVE YET/ },
      { holds: '--checkpoint', not: 'a checkpoint is there after an hour; cases.test.ts gives them' },
    ],
  },
};
