import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import type { ReactNode } from 'react';
import { Problem } from '../../problem.tsx';
import { texts } from '../../texts/index.ts';
import type { Loaded } from '../../use-load.ts';

interface Props<Value> {
  loaded: Loaded<Value | null>;
  title: string;
  description?: ReactNode;
  actions?: ReactNode;
  children: (value: Value) => ReactNode;
}

/** A part of the page that loads and fails by itself, and is not there for whom may not see it. */
export function Card<Value>({ loaded, title, description, actions, children }: Props<Value>) {
  const { value, error, reload } = loaded;
  if (value === null) return null;
  return (
    <Container
      header={
        <Header variant="h2" description={description} actions={actions}>
          {title}
        </Header>
      }
    >
      {error ? (
        <Problem error={error} onRetry={reload} />
      ) : value === undefined ? (
        <Box textAlign="center" padding="m">
          <StatusIndicator type="loading">{texts.common.loading}</StatusIndicator>
        </Box>
      ) : (
        children(value)
      )}
    </Container>
  );
}
