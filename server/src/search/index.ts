export { lineCondition } from './condition.ts';
export { ArchiveSearches, type Search, type SearchStatus } from './searches.ts';
