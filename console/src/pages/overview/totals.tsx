import { Link } from 'react-router-dom';
import { texts } from '../../texts/index.ts';
import { traceList } from './addresses.ts';
import type { Range, Traffic } from './traffic.ts';

const words = texts.overview;
const TOTALS = ['all', 'warning', 'incident'] as const;

/** The three numbers; each leads to its traces. */
export function Totals({ totals, range }: { totals: Traffic['totals']; range: Range }) {
  return (
    <div className="overview-totals">
      {TOTALS.map((name) => (
        <Link
          key={name}
          className={`overview-total ${name}`}
          to={traceList(range, { status: name === 'all' ? '' : name })}
        >
          {words.totals[name]}
          <b>{words.number(totals[name])}</b>
          <small>{words.totalHints[name]}</small>
        </Link>
      ))}
    </div>
  );
}
