export {
  CATALOGUE,
  type CatalogueOperation,
  type CatalogueResource,
  type CatalogueService,
  describe,
  isGlobal,
  isRead,
} from './catalogue.ts';
