export {
  CATALOGUE,
  type CatalogueOperation,
  type CatalogueResource,
  type CatalogueService,
  isGlobal,
  isRead,
} from './catalogue.ts';
