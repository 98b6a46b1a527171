import { expect, test } from 'vitest';
import { SessionPool } from './session-pool.ts';

type Answer = string | Error;

/** A session that answers in turn, and then always with its last answer. */
class Told {
  readonly answers: Answer[];
  closed = false;

  constructor(...answers: Answer[]) {
    this.answers = answers;
  }

  async queryAsync(): Promise<{ bytes(): Uint8Array }> {
    const answer = this.answers.length > 1 ? this.answers.shift() : this.answers[0];
    if (answer instanceof Error || answer === undefined) throw answer;
    return { bytes: () => Buffer.from(answer) };
  }

  close(): void {
    this.closed = true;
  }
}

const LEFT = '{"account":"another"}\n';
const failing = () => Promise.reject(new Error('the query failed'));

/** A pool of one place, and all that was opened for it. */
function poolOf(...sessions: (Told | Error)[]) {
  const opened: Told[] = [];
  const open = () => {
    const next = sessions.shift();
    if (next === undefined || next instanceof Error) throw next;
    opened.push(next);
    return next;
  };
  return { pool: new SessionPool(1, open), opened };
}

test.each<[string, Told, boolean]>([
  ['has nothing left is used again', new Told('1\n'), true],
  ['is empty at the third look is used again', new Told(`${LEFT}1\n`, `${LEFT}1\n`, '1\n'), true],
  ['never becomes empty is closed', new Told(`${LEFT}1\n`), false],
  ['answers nothing is closed', new Told(''), false],
  ['cannot be asked is closed', new Told(new Error('memory limit exceeded')), false],
  ['has more behind the answer is closed', new Told('1\n1\n'), false],
])('a session whose query failed and that %s', async (_, session, kept) => {
  const { pool, opened } = poolOf(session, new Told('1\n'));
  await expect(pool.use(failing)).rejects.toThrow('the query failed');
  expect(session.closed).toBe(!kept);
  const next = await pool.use(async (handed) => handed);
  expect(next).toBe(kept ? session : opened[1]);
});

test('when no other session can be opened nobody gets the one that was not emptied', async () => {
  const spoilt = new Told(`${LEFT}1\n`);
  const { pool, opened } = poolOf(spoilt, new Error('no session to be had'), new Told('1\n'));
  const waiting = [pool.use(failing), pool.use(async (handed) => handed), pool.use(async (handed) => handed)];
  const [first, second, third] = await Promise.allSettled(waiting);
  expect(first).toMatchObject({ status: 'rejected', reason: { message: 'the query failed' } });
  expect(second).toMatchObject({ status: 'rejected', reason: { message: 'no session to be had' } });
  expect(third).toEqual({ status: 'fulfilled', value: opened[1] });
});
