export { type Refillable, StoreCare, type StoreState } from './store-care.ts';
