import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { discard, replay } from '../../api/topics.ts';
import type { DeadLetter } from '../../api/types.ts';
import { useConsole } from '../../console-context.ts';
import { Listing } from '../../listing.tsx';
import { formatNumber } from '../../number.ts';
import { texts } from '../../texts/index.ts';
import { formatTime } from '../../time.ts';
import { useAct } from '../../use-load.ts';
import { useUnless } from '../../use-unless.ts';
import { answerInWords } from './answer-in-words.ts';
import { ROLES_TO_CHANGE } from './roles.ts';

const words = texts.topics;
/** In a card; a table has at least that much room for it. */
const WHOLE_LINE = 160;

/** Messages that were given up, to be looked at and sent again. */
export function DeadLetters(props: { letters: readonly DeadLetter[]; onChanged: () => void }) {
  const unless = useUnless();
  const { letters, onChanged } = props;
  const { api, zone, notify } = useConsole();
  const act = useAct();
  const [chosen, setChosen] = useState<DeadLetter[]>([]);
  const present = chosen.filter(({ id }) => letters.some((letter) => letter.id === id));
  const again = (which: readonly DeadLetter[]) =>
    act(
      words.letters.title,
      async () => {
        const { count } = await replay(
          api,
          which.map(({ id }) => id),
        );
        notify('success', words.letters.replayed(count));
        setChosen([]);
        onChanged();
      },
      ROLES_TO_CHANGE,
    );
  const forget = () =>
    act(
      words.letters.title,
      async () => {
        await discard(
          api,
          present.map(({ id }) => id),
        );
        setChosen([]);
        onChanged();
      },
      ROLES_TO_CHANGE,
    );
  return (
    <Listing<DeadLetter>
      items={letters}
      trackBy={({ id }) => String(id)}
      selectionType="multi"
      selectedItems={present}
      onSelectionChange={({ detail }) => setChosen(detail.selectedItems)}
      selectionLabels={{ group: words.letters.title, row: ({ summary }) => summary }}
      header={
        <Header
          variant="h2"
          counter={`(${formatNumber(letters.length)})`}
          description={words.letters.description}
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button
                disabled={present.length === 0}
                {...unless('smn:topic:update')}
                onClick={() => void forget()}
              >
                {words.letters.discard}
              </Button>
              <Button
                {...unless('smn:topic:update')}
                onClick={() => void again(present.length > 0 ? present : letters)}
              >
                {present.length > 0 ? words.letters.replay : words.letters.replayAll}
              </Button>
            </SpaceBetween>
          }
        >
          {words.letters.title}
        </Header>
      }
      columnDefinitions={[
        {
          id: 'message',
          header: words.letters.columns.message,
          isRowHeader: true,
          cell: ({ summary }) => summary,
        },
        {
          id: 'endpoint',
          minWidth: WHOLE_LINE,
          header: words.letters.columns.endpoint,
          cell: ({ endpoint }) => <span className="long-name">{endpoint}</span>,
        },
        {
          id: 'reason',
          minWidth: WHOLE_LINE,
          header: words.letters.columns.reason,
          cell: ({ reason }) => answerInWords(reason),
        },
        {
          id: 'time',
          header: words.letters.columns.time,
          cell: ({ dead_time }) => formatTime(dead_time, zone),
        },
      ]}
    />
  );
}
