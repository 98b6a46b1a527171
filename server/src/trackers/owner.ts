/** Whose tracker: a project, its account and region. */
export interface TrackerOwner {
  projectId: string;
  domainId: string;
  region: string;
  /** Whoever acts may let objects of a bucket go sooner than before. */
  mayShortenLives?: boolean;
}
