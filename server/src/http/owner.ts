import type { Principal, Project } from '../iam/index.ts';
import type { TrackerOwner } from '../trackers/index.ts';

/** Whose a request is: the project that it is for, with what its caller may do there. */
export function ownerOf({ project, domainId, allows }: Principal): TrackerOwner {
  const { id, region } = project as Project;
  const mayShortenLives = allows('obs:bucket:PutLifecycleConfiguration');
  return { projectId: id, domainId, region, mayShortenLives };
}
