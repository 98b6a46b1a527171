export { ArchiveSearches, type Search, type SearchStatus } from './searches.ts';
