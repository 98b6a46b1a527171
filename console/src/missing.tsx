import ContentLayout from '@cloudscape-design/components/content-layout';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { Way } from './way.tsx';

interface Props {
  title: string;
  /** Where to go instead: routes and their names. */
  ways: readonly (readonly [route: string, name: string])[];
}

/** What an address names is not there. */
export function Missing({ title, ways }: Props) {
  return (
    <ContentLayout header={<Header variant="h1">{title}</Header>}>
      <SpaceBetween size="xs">
        {ways.map(([route, name]) => (
          <Way key={route} to={route}>
            {name}
          </Way>
        ))}
      </SpaceBetween>
    </ContentLayout>
  );
}
