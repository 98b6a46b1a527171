import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { Problem } from './problem.tsx';
import { texts } from './texts/index.ts';
import type { Pages } from './use-pages.ts';

interface Props {
  of: Pages<unknown>;
  text: string;
  loadingText?: string;
}

/** Asks for the next page, when there is one, and tells why it did not come. */
export function NextPage({
  of: { more, loadingMore, problem, loadMore },
  text,
  loadingText = texts.common.loading,
}: Props) {
  if (!more) return null;
  return (
    <SpaceBetween size="xs" alignItems="center">
      {problem && <Problem error={problem} onRetry={loadMore} />}
      <Button loading={loadingMore} loadingText={loadingText} onClick={loadMore}>
        {text}
      </Button>
    </SpaceBetween>
  );
}
