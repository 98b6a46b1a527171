import { texts } from './texts/index.ts';

/** What is shown while a part of the console comes over a slow line; at once it would only flicker. */
export const Boot = () => (
  <div className="boot" aria-busy="true">
    <p role="status">{texts.common.loading}</p>
  </div>
);
