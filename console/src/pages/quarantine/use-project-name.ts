import { useConsole } from '../../console-context.ts';

/** The name of a project where the user may enter it; of those of other accounts the id is all that is known. */
export function useProjectName(): (id: string) => string {
  const { projects } = useConsole().session;
  return (id) => projects.find((project) => project.id === id)?.name ?? id;
}
