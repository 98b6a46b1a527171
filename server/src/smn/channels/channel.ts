import { isUntrusted, TRUST_ADVICE } from '../../trust.ts';

/** What became of an attempt. */
export interface Outcome {
  delivered: boolean;
  /** Another attempt may succeed. */
  passing: boolean;
  /** What the other side said, or what went wrong. */
  answer: string;
  /** Of HTTP, where there was an answer. */
  status?: number;
  /** What the operator's own server said: for the log of the service alone, and only made for it. */
  detail?: () => string;
  /** The operator has not set up the way at all: it will not help to come again soon. */
  isUnset?: true;
}

export const delivered = (answer: string): Outcome => ({ delivered: true, passing: false, answer });
export const failed = (answer: string, passing = true): Outcome => ({
  delivered: false,
  passing,
  answer: answer.slice(0, 300),
});

/** @param setting without which there is no such way */
export const unset = (what: string, setting: string): Outcome => ({
  ...failed(`${what} (${setting})`),
  isUnset: true,
});

export const NOT_TRUSTED = `its certificate is not trusted; ${TRUST_ADVICE}`;

/** What went wrong on the way, with the cure where it is a matter of trust. */
export const toldOf = (error: Error) => {
  const words = error.message || error.name;
  return isUntrusted(error) ? `${words}: ${NOT_TRUSTED}` : words;
};

/** An attempt that says nothing in time has failed, whatever its channel still waits for. */
export async function inTime(attempt: Promise<Outcome>, ms: number): Promise<Outcome> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Outcome>((resolve) => {
    timer = setTimeout(() => resolve(failed(`it did not end within ${ms / 1000} s`)), ms);
  });
  try {
    return await Promise.race([attempt, late]);
  } finally {
    clearTimeout(timer);
  }
}
