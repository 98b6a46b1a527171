import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import type { ReactNode } from 'react';
import { reasonFor } from '../../denied.ts';
import { Problem } from '../../problem.tsx';
import { texts } from '../../texts/index.ts';
import type { CardLoaded } from './use-card.ts';

interface Props<Value> {
  loaded: CardLoaded<Value>;
  title: string;
  description?: ReactNode;
  actions?: ReactNode;
  children: (value: Value) => ReactNode;
}

/** A part of the page that loads and fails by itself, and tells whom may not see it what that takes. */
export function Card<Value>({ loaded, title, description, actions, children }: Props<Value>) {
  const { value, action, error, reload } = loaded;
  return (
    <Container
      header={
        <Header variant="h2" description={description} actions={value !== null && actions}>
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
      ) : value === null ? (
        <Box color="text-body-secondary">{reasonFor(action)}</Box>
      ) : (
        children(value)
      )}
    </Container>
  );
}
