import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import type { ReactNode } from 'react';
import { texts } from '../../texts/index.ts';

const words = texts.guide;

interface Props {
  number: number;
  title: string;
  /** Undefined: it is not known. */
  done: boolean | undefined;
  text: string;
  /** What was found when it is done. */
  result?: string | undefined;
  action?: ReactNode;
  children?: ReactNode;
}

export function Step({ number, title, done, text, result, action, children }: Props) {
  return (
    <Container
      header={
        <Header variant="h2" actions={action}>
          {number}. {title}
        </Header>
      }
    >
      <SpaceBetween size="s">
        <StatusIndicator type={done === undefined ? 'pending' : done ? 'success' : 'in-progress'}>
          <span className="whole-words">
            {done === undefined ? words.unknown : done ? words.done : words.open}
            {result && `: ${result}`}
          </span>
        </StatusIndicator>
        <Box color="text-body-secondary">{text}</Box>
        {children}
      </SpaceBetween>
    </Container>
  );
}
