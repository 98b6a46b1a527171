/** Searches that a user keeps in a project, and all users together. */
export const MOST_OF_USER = 50;
export const MOST_OF_PROJECT = 500;
/** Characters of a name, and of what it stands for. */
export const MAX_NAME = 64;
export const MAX_VIEW = 6000;
