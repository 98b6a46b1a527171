import { type Finding, VERDICTS, type Verdict } from './finding.ts';
import type { Proof } from './verify.ts';

/** What findings alone prove. */
export function proofOf(findings: readonly Finding[]): Proof {
  const counts = Object.fromEntries(VERDICTS.map((verdict) => [verdict, 0])) as Record<Verdict, number>;
  for (const { verdict } of findings) counts[verdict]++;
  const conclusion = counts.changed + counts.missing + counts.unexpected > 0 ? 'tampering' : 'unproved';
  return { conclusion, counts, files: 0, traces: 0, chains: [], completeTo: undefined };
}

/** What is proved of several sources together. One in which nothing of the range lies says nothing, unless that is so of all. */
export function together(proofs: readonly Proof[]): Proof {
  const telling = proofs.filter((proof) => !isEmpty(proof));
  const { counts } = proofOf([]);
  for (const verdict of VERDICTS)
    counts[verdict] = proofs.reduce((sum, proof) => sum + proof.counts[verdict], 0);
  const ends = proofs.flatMap(({ completeTo }) => completeTo ?? []);
  const conclusion = worst(telling);
  return {
    // Where everything waits for a digest, nothing is proved.
    conclusion: conclusion === 'proved' && ends.length === 0 ? 'unproved' : conclusion,
    counts,
    files: proofs.reduce((sum, { files }) => sum + files, 0),
    traces: proofs.reduce((sum, { traces }) => sum + traces, 0),
    chains: proofs.flatMap(({ chains }) => chains),
    completeTo: ends.length > 0 ? Math.min(...ends) : undefined,
  };
}

function worst(proofs: readonly Proof[]): Proof['conclusion'] {
  if (proofs.some(({ conclusion }) => conclusion === 'tampering')) return 'tampering';
  return proofs.length > 0 && proofs.every(({ conclusion }) => conclusion === 'proved')
    ? 'proved'
    : 'unproved';
}

const isEmpty = ({ counts, completeTo }: Proof) =>
  completeTo === undefined && Object.values(counts).every((count) => count === 0);
