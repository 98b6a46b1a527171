export { ArchiveSearches, type Search, type SearchStatus, TooManySearches } from './searches.ts';
