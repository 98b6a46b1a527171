export { MAX_NAME, MAX_VIEW } from './limits.ts';
export { type SavedSearch, SavedSearches } from './saved-searches.ts';
