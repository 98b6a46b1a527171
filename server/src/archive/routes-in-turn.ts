import { comparePositions, type Frame } from '../journal/index.ts';
import type { Route } from './route.ts';
import type { RoutePeriod } from './route-history.ts';

/** Where each trace of the journal goes, out of the trackers' periods in their order. */
export class RoutesInTurn {
  private readonly periods = new Map<string, RoutePeriod[]>();

  constructor(all: readonly RoutePeriod[]) {
    for (const period of all) {
      const id = `${period.projectId} ${period.tracker}`;
      const periods = this.periods.get(id);
      if (periods) periods.push(period);
      else this.periods.set(id, [period]);
    }
  }

  /** @returns undefined: it goes nowhere; `turn` tells the tracker's routes apart */
  find(frame: Frame): { route: Route; turn: number } | undefined {
    const periods = this.periods.get(`${frame.projectId} ${frame.trackerName}`);
    if (!periods) return undefined;
    const turn = periods.findIndex(({ until }) => !until || comparePositions(frame.position, until) < 0);
    const route = periods[turn]?.route;
    return route && { route, turn };
  }
}
