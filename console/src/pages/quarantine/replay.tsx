import { type Replayed, replayQuarantined } from '../../api/quarantine.ts';
import { useConsole } from '../../console-context.ts';
import { Question } from '../../question.tsx';
import { texts } from '../../texts/index.ts';

const words = texts.quarantine;

interface Props {
  what: Replayed;
  onClose: (replayed: boolean) => void;
}

/** Asks before traces are processed once more, and tells how many are. */
export function ReplayQuestion({ what, onClose }: Props) {
  const { api, notify } = useConsole();
  return (
    <Question
      title={titleOf(what)}
      action={words.replay}
      onClose={onClose}
      work={async () => notify('success', words.replayed(await replayQuarantined(api, what)))}
    >
      {words.replayText}
    </Question>
  );
}

function titleOf({ id, follower }: Replayed): string {
  if (id) return words.replayTitle;
  return follower ? words.replayMissingTitle(words.places[follower]) : words.replayAllTitle;
}
