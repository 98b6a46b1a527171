import { english, type Texts } from '../en/index.ts';

export const german: Texts = english;
