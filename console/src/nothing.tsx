import Box from '@cloudscape-design/components/box';
import type { ReactNode } from 'react';

/** What stands in the place of rows when there are none. */
export function Nothing({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Box textAlign="center">
      <Box variant="h3">{title}</Box>
      <Box color="text-body-secondary">{children}</Box>
    </Box>
  );
}
