import Alert from '@cloudscape-design/components/alert';
import ContentLayout from '@cloudscape-design/components/content-layout';
import Header from '@cloudscape-design/components/header';
import type { ReactNode } from 'react';
import { useLocation } from 'react-router-dom';
import { useConsole } from './console-context.ts';
import { reasonFor } from './denied.ts';
import { actionToSee } from './rights.ts';
import { texts } from './texts/index.ts';

/** A page, or what it takes to see it. @param title of the page */
export function Permitted({ title, children }: { title: string; children: ReactNode }) {
  const { may } = useConsole();
  const action = actionToSee(useLocation().pathname);
  if (action === undefined || may(action)) return children;
  return (
    <ContentLayout header={<Header variant="h1">{title}</Header>}>
      <Alert type="warning" header={texts.common.denied}>
        {reasonFor(action)}
      </Alert>
    </ContentLayout>
  );
}
