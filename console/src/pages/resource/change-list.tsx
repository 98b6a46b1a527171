import Button from '@cloudscape-design/components/button';
import { visible } from '@opencts/client/api';
import { useState } from 'react';
import { texts } from '../../texts/index.ts';
import { type Change, isMasked } from './changes.ts';

const words = texts.timeline.resource;
/** Changes of one operation, and characters of one value, that are shown at once. */
const FEW = 12;
const SHORT = 160;

/** What an operation asked to be other than before. */
export function ChangeList({ changes }: { changes: readonly Change[] }) {
  const [all, setAll] = useState(false);
  if (changes.length === 0) return null;
  return (
    <div className="timeline-changes">
      <dl aria-label={words.changes}>
        {changes.slice(0, all ? undefined : FEW).map((change) => (
          <div key={change.path} className={change.kind}>
            <dt>{visible(change.path)}</dt>
            <dd>
              <Difference change={change} />
            </dd>
          </div>
        ))}
      </dl>
      {changes.length > FEW && !all && (
        <Button variant="inline-link" onClick={() => setAll(true)}>
          {words.allChanges(changes.length)}
        </Button>
      )}
    </div>
  );
}

function Difference({ change }: { change: Change }) {
  if (change.kind === 'masked') return note(words.maskedNow);
  return (
    <>
      {change.kind === 'named' ? note(words.absent) : <Value as="del" text={change.before} />}
      {' → '}
      {change.kind === 'removed' ? note(words.removed) : <Value as="ins" text={change.after} />}
    </>
  );
}

/** A value; of a long one the beginning, and the rest when it is asked for. */
function Value({ as: Tag, text }: { as: 'del' | 'ins'; text: string }) {
  const [whole, setWhole] = useState(false);
  if (isMasked(text)) return note(words.masked);
  if (text === '') return <Tag>{note(words.empty)}</Tag>;
  const long = text.length > SHORT;
  return (
    <>
      <Tag>{visible(whole || !long ? text : `${text.slice(0, SHORT)}…`)}</Tag>
      {long && (
        <>
          {' '}
          <Button variant="inline-link" ariaExpanded={whole} onClick={() => setWhole(!whole)}>
            {whole ? words.less : words.whole(text.length)}
          </Button>
        </>
      )}
    </>
  );
}

const note = (text: string) => <span className="timeline-note">{text}</span>;
