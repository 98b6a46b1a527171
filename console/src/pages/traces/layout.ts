import { changeSettings, useSettings } from '../../settings.ts';
import { COLUMNS, type Column } from './columns.tsx';

/** Narrower a column cannot be made, px. */
export const LEAST_WIDTH = 56;
const ORDINARY = COLUMNS.filter(({ isExtra }) => !isExtra).map(({ id }) => id as string);

/** The columns of the list, and how wide they are. */
export interface Layout {
  columns: readonly Column[];
  /** Tracks of a grid; undefined: what fits is shown, as the style sheet says. */
  tracks: string | undefined;
  /** Ids by commas, for a link that shows others the same; empty: the ordinary ones. */
  written: string;
  toggle: (id: string) => void;
  /** @param width px; undefined: its ordinary share */
  resize: (id: string, width: number | undefined) => void;
}

/** However little room there is, something of each column is seen. */
const trackOf = (most: string) => `minmax(${LEAST_WIDTH}px, ${most})`;

/**
 * @param asked ids by commas, in place of those that were chosen in this browser
 * @param isWide traces of several projects are shown
 */
export function useLayout(asked = '', isWide = false): Layout {
  const { columns: chosen, widths } = useSettings();
  const ids = asked === '' ? chosen : asked.split(',');
  const known = COLUMNS.filter(({ id }) => ids.includes(id));
  const kept = known.length > 0 ? known : COLUMNS.filter(({ isExtra }) => !isExtra);
  const shown = kept.map(({ id }) => id as string);
  const columns = COLUMNS.filter((one) => kept.includes(one) || (isWide && one.id === 'project_id'));
  const isOrdinary = shown.join() === ORDINARY.join();
  const isResized = columns.some(({ id }) => widths[id] !== undefined);
  return {
    columns,
    tracks:
      isOrdinary && !isResized && !isWide
        ? undefined
        : columns
            .map(({ id, track }) => trackOf(widths[id] === undefined ? track : `${widths[id]}px`))
            .join(' '),
    written: isOrdinary ? '' : shown.join(),
    toggle: (id) => {
      const next = shown.includes(id) ? shown.filter((one) => one !== id) : [...shown, id];
      // In the order of the list; none is no list.
      if (next.length > 0)
        changeSettings({ columns: COLUMNS.map((one) => one.id).filter((one) => next.includes(one)) });
    },
    resize: (id, width) => {
      const { [id]: _, ...others } = widths;
      changeSettings({ widths: width === undefined ? others : { ...others, [id]: Math.round(width) } });
    },
  };
}
